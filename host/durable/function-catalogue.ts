import { NO_SUCH_FUNCTION } from "./task-node.ts";

export type DurableFunctionKind = "orchestration" | "activity" | "entity";

export interface DurableFunction {
  readonly name: string;
  readonly kind: DurableFunctionKind;
}

/** The durable functions of the app; names are case-insensitive, as in the extension. */
export class FunctionCatalogue {
  readonly #names: ReadonlyMap<string, string>;

  constructor(functions: readonly DurableFunction[]) {
    this.#names = new Map(
      functions.map(({ name, kind }) => [`${kind}/${name.toLowerCase()}`, name]),
    );
  }

  /** The registered spelling, or null. */
  find(kind: DurableFunctionKind, name: string): string | null {
    return this.#names.get(`${kind}/${name.toLowerCase()}`) ?? null;
  }

  /** Why a function cannot be called, with what could be. */
  missing(kind: DurableFunctionKind, name: string): string {
    const known = [...this.#names]
      .filter(([key]) => key.startsWith(`${kind}/`))
      .map(([, spelling]) => spelling)
      .join(", ");
    const noun = kind === "orchestration" ? "orchestrator" : kind;
    return `${NO_SUCH_FUNCTION}${noun} function '${name}' in this app; registered: ${known === "" ? "none" : known}.`;
  }
}
