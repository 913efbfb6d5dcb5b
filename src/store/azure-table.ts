import { odata, RestError, TableClient, type TransactionAction } from "@azure/data-tables";
import {
  DEFAULT_PAGE_SIZE,
  type ListOptions,
  RecordChangedError,
  RecordExistsError,
  type StoredRecord,
  type Table,
  type TableOptions,
  type TableStore,
} from "./table.ts";

/** Azure's limit of a string property is 64 KiB in UTF-16, so a value is cut into pieces of this many characters. */
const PIECE_LENGTH = 30_000;
/** Records in one transaction. Source: Azure Tables, entity group transactions. */
const TRANSACTION_SIZE = 100;
/** Azure's limit of a transaction is 4 MiB; JSON of UTF-16 text is counted at two bytes a character. */
const TRANSACTION_CHARACTERS = 1_500_000;

interface Entity {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly etag?: string;
  readonly pieces: number;
  readonly [property: string]: unknown;
}

/** Tables in an Azure Storage account (or Azurite). A table is created at its first write. */
export function createAzureTableStore(connectionString: string): TableStore {
  return {
    open<Value>(name: string, options: TableOptions<Value> = {}): Table<Value> {
      const client = TableClient.fromConnectionString(connectionString, name, {
        allowInsecureConnection: true,
      });
      return createTable(client, name, options);
    },
  };
}

function createTable<Value>(
  client: TableClient,
  name: string,
  options: TableOptions<Value>,
): Table<Value> {
  const entityOf = (partition: string, key: string, value: Value): Entity => {
    const json = asciiJson(value);
    const pieces = Math.max(1, Math.ceil(json.length / PIECE_LENGTH));
    const entity: Record<string, unknown> = {};
    for (let piece = 0; piece < pieces; piece += 1) {
      entity[`json${piece}`] = json.slice(piece * PIECE_LENGTH, (piece + 1) * PIECE_LENGTH);
    }
    for (const [field, text] of Object.entries(options.index?.(value) ?? {})) {
      entity[`ix_${field}`] = text;
    }
    return { ...entity, partitionKey: escapeKey(partition), rowKey: escapeKey(key), pieces };
  };

  return {
    async get(partition, key) {
      try {
        const entity = await client.getEntity<Entity>(escapeKey(partition), escapeKey(key));
        return storedRecord<Value>(entity);
      } catch (error) {
        if (statusOf(error) === 404) {
          return null;
        }
        throw error;
      }
    },
    async insert(partition, key, value) {
      try {
        await writing(client, () => client.createEntity(entityOf(partition, key, value)));
      } catch (error) {
        if (statusOf(error) === 409) {
          throw new RecordExistsError(`${name} has a record ${partition}/${key} already.`);
        }
        throw error;
      }
    },
    async put(partition, key, value) {
      await writing(client, () => client.upsertEntity(entityOf(partition, key, value), "Replace"));
    },
    async putMany(partition, records) {
      for (const actions of transactions(
        records.map(({ key, value }) => entityOf(partition, key, value)),
      )) {
        await writing(client, () => client.submitTransaction(actions));
      }
    },
    async replace(partition, key, value, etag) {
      try {
        await client.updateEntity(entityOf(partition, key, value), "Replace", { etag });
      } catch (error) {
        const status = statusOf(error);
        if (status === 412 || status === 404) {
          throw new RecordChangedError(`${name} record ${partition}/${key} was changed meanwhile.`);
        }
        throw error;
      }
    },
    async clear(partition) {
      for (;;) {
        const page = await listPage<Value>(client, partition, { top: TRANSACTION_SIZE });
        if (page.records.length === 0) {
          return;
        }
        const partitionKey = escapeKey(partition);
        await client.submitTransaction(
          page.records.map(({ key }) => ["delete", { partitionKey, rowKey: escapeKey(key) }]),
        );
      }
    },
    async remove(partition, key) {
      try {
        await client.deleteEntity(escapeKey(partition), escapeKey(key));
      } catch (error) {
        if (statusOf(error) !== 404) {
          throw error;
        }
      }
    },
    async list(partition, listOptions = {}) {
      return listPage<Value>(client, partition, listOptions);
    },
  };
}

async function listPage<Value>(client: TableClient, partition: string, options: ListOptions) {
  const conditions = [odata`PartitionKey eq ${escapeKey(partition)}`];
  if (options.prefix !== undefined && options.prefix !== "") {
    const prefix = escapeKey(options.prefix);
    conditions.push(odata`RowKey ge ${prefix} and RowKey lt ${`${prefix}\uFFFF`}`);
  }
  if (options.after !== undefined) {
    conditions.push(odata`RowKey gt ${escapeKey(options.after)}`);
  }
  for (const [field, text] of Object.entries(options.where ?? {})) {
    conditions.push(`ix_${field} eq '${text.replaceAll("'", "''")}'`);
  }
  const pages = client
    .listEntities<Entity>({ queryOptions: { filter: conditions.join(" and ") } })
    .byPage({
      maxPageSize: options.top ?? DEFAULT_PAGE_SIZE,
      ...(options.continuationToken ? { continuationToken: options.continuationToken } : {}),
    });
  try {
    for await (const page of pages) {
      return {
        records: page.map((entity) => storedRecord<Value>(entity as unknown as Entity)),
        continuationToken: page.continuationToken ?? null,
      };
    }
  } catch (error) {
    if (statusOf(error) !== 404) {
      throw error;
    }
  }
  return { records: [], continuationToken: null };
}

function storedRecord<Value>(entity: Entity): StoredRecord<Value> {
  let json = "";
  for (let piece = 0; piece < entity.pieces; piece += 1) {
    json += entity[`json${piece}`] as string;
  }
  return {
    key: unescapeKey(entity.rowKey),
    value: JSON.parse(json) as Value,
    etag: entity.etag ?? "",
  };
}

function* transactions(entities: readonly Entity[]): Generator<TransactionAction[]> {
  let actions: TransactionAction[] = [];
  let characters = 0;
  for (const entity of entities) {
    const length = JSON.stringify(entity).length;
    if (
      actions.length === TRANSACTION_SIZE ||
      (actions.length > 0 && characters + length > TRANSACTION_CHARACTERS)
    ) {
      yield actions;
      actions = [];
      characters = 0;
    }
    actions.push(["upsert", entity, "Replace"]);
    characters += length;
  }
  if (actions.length > 0) {
    yield actions;
  }
}

/** Writes; when the table does not exist yet, creates it and writes again. */
async function writing(client: TableClient, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof RestError) || statusOf(error) !== 404) {
      throw error;
    }
    await client.createTable();
    await write();
  }
}

const statusOf = (error: unknown): number | null =>
  error instanceof RestError ? (error.statusCode ?? null) : null;

/**
 * JSON of ASCII characters only. Azurite decodes a request piece by piece and breaks a character whose bytes two pieces
 * share (seen with 3.35.0).
 */
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[\u007F-\uFFFF]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** Azure refuses `/ \ # ?` and control characters in keys; `~` introduces the code of those and of all beyond ASCII. */
const escapeKey = (key: string): string =>
  key.replace(
    // eslint-disable-next-line no-control-regex -- control characters are what must go
    /[~/\\#?%\u0000-\u001F\u007F-\uFFFF]/g,
    (unit) => `~${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

const unescapeKey = (key: string): string =>
  key.replace(/~([0-9a-f]{4})/gu, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
