import { mkdir } from "node:fs/promises";
import { HostError, systemCodeOf } from "./host-error.ts";

/**
 * Makes the data directory if need be, readable only by its owner.
 * @throws HostError when the disk is full or the folder cannot be made
 */
export async function createDataDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    if (systemCodeOf(error) === "ENOSPC") {
      throw new HostError(
        "disk-full",
        `There is no space left for ${directory}; free some.`,
        error,
      );
    }
    throw new HostError(
      "data-unwritable",
      `The data directory ${directory} cannot be made; choose another with --data.`,
      error,
    );
  }
}
