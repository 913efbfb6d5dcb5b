export type HostErrorCode =
  | "app-missing"
  | "app-load"
  | "settings"
  | "port-used"
  | "disk-full"
  | "data-locked"
  | "data-newer"
  | "data-damaged"
  | "data-unwritable"
  | "clock"
  | "azurite";

/** Something that keeps the host from working, said to a person in one sentence; `code` is for programs. */
export class HostError extends Error {
  override readonly name = "HostError";
  readonly code: HostErrorCode;

  constructor(code: HostErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The `code` of a Node system error such as EADDRINUSE, or null. */
export const systemCodeOf = (error: unknown): string | null =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
