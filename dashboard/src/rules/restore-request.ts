import type { RequestRestore } from "../../../src/contracts/restore.ts";
import { instantOfLocal } from "../time/wording.ts";

/** The form as typed: one unit a line (or separated by commas or semicolons), the time in the viewer's zone. */
export interface RestoreForm {
  readonly tenantId: string;
  readonly mailboxes: string;
  readonly drives: string;
  readonly sites: string;
  readonly restoreTo: string;
  readonly destination: RequestRestore["destination"] | "";
}

export const UNIT_FIELDS = ["mailboxes", "drives", "sites"] as const;
export type UnitField = (typeof UNIT_FIELDS)[number];

/** Non-empty entries in the order typed, each once. An address of a site may hold a comma, so sites split by line only. */
export function unitsOf(field: UnitField, text: string): string[] {
  const separator = field === "sites" ? /\r?\n/u : /[\r\n,;]+/u;
  return [...new Set(text.split(separator).map((entry) => entry.trim()))].filter(Boolean);
}

export type FormErrors = Partial<Record<keyof RestoreForm | "units", string>>;

/** The request of a filled form, or what is missing. */
export function parseRestoreForm(
  form: RestoreForm,
): { readonly request: RequestRestore } | { readonly errors: FormErrors } {
  const units = {
    mailboxes: unitsOf("mailboxes", form.mailboxes),
    drives: unitsOf("drives", form.drives),
    sites: unitsOf("sites", form.sites),
  };
  const restoreTo = instantOfLocal(form.restoreTo);
  const { tenantId, destination } = form;
  const errors: FormErrors = {
    ...(tenantId === "" ? { tenantId: "Choose the tenant." } : {}),
    ...(units.mailboxes.length + units.drives.length + units.sites.length === 0
      ? { units: "Name at least one mailbox, OneDrive or site." }
      : {}),
    ...(restoreTo === null ? { restoreTo: "Choose the date and time whose state is wanted." } : {}),
    ...(destination === "" ? { destination: "Choose where the content goes." } : {}),
  };
  if (restoreTo === null || destination === "" || Object.keys(errors).length > 0) {
    return { errors };
  }
  return { request: { tenantId, units, restoreTo, destination } };
}
