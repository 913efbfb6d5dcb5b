import { BlobServiceClient, RestError } from "@azure/storage-blob";

/** Immutable texts by name: plans and lists that are too long for a record or a history. */
export interface DocumentStore {
  read(name: string): Promise<string | null>;
  /** Writes once; a second write of the same text is fine. @throws DocumentExistsError when another text is there. */
  writeOnce(name: string, text: string): Promise<void>;
}

export class DocumentExistsError extends Error {
  override readonly name = "DocumentExistsError";
}

/** Documents in memory, for tests. */
export function createMemoryDocumentStore(): DocumentStore {
  const texts = new Map<string, string>();
  return {
    async read(name) {
      return texts.get(name) ?? null;
    },
    async writeOnce(name, text) {
      const known = texts.get(name);
      if (known !== undefined && known !== text) {
        throw new DocumentExistsError(`There is another document ${name} already.`);
      }
      texts.set(name, text);
    },
  };
}

/** Documents as blobs of one container, which is created at the first write. */
export function createBlobDocumentStore(
  connectionString: string,
  containerName: string,
): DocumentStore {
  const container =
    BlobServiceClient.fromConnectionString(connectionString).getContainerClient(containerName);

  async function read(name: string): Promise<string | null> {
    try {
      const content = await container.getBlobClient(name).downloadToBuffer();
      return content.toString("utf8");
    } catch (error) {
      if (statusOf(error) === 404) {
        return null;
      }
      throw error;
    }
  }

  async function upload(name: string, text: string): Promise<void> {
    await container.getBlockBlobClient(name).upload(text, Buffer.byteLength(text), {
      blobHTTPHeaders: { blobContentType: "application/json" },
      conditions: { ifNoneMatch: "*" },
    });
  }

  return {
    read,
    async writeOnce(name, text) {
      try {
        await upload(name, text);
      } catch (error) {
        const status = statusOf(error);
        if (status === 404) {
          await container.createIfNotExists();
          await upload(name, text);
        } else if (status !== 409 && status !== 412) {
          throw error;
        } else if ((await read(name)) !== text) {
          throw new DocumentExistsError(`There is another document ${name} already.`);
        }
      }
    },
  };
}

const statusOf = (error: unknown): number | null =>
  error instanceof RestError ? (error.statusCode ?? null) : null;
