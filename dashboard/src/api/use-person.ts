import { createContext, useContext } from "react";
import type { Person } from "../rules/permission.ts";

export const PersonContext = createContext<Person>({
  name: "",
  objectId: null,
  roles: [],
  tenants: null,
});

/** Who is signed in; only inside the session gate. */
export const usePerson = (): Person => useContext(PersonContext);
