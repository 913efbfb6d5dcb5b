import { open } from "lmdb";
import { report } from "./measure.ts";

/*
 * The rows of a workflow as the embedded host keeps them (their number and size, not their content), written by batches
 * that take what has come while the one before was synced.
 */

const RECORD = "x".repeat(330);
const FIRST_TURN = "x".repeat(700);
const LATER_TURN = "x".repeat(420);

const root = open<string, (string | number)[]>(process.argv[2]!, {
  encoding: "string",
  maxDbs: 4,
  overlappingSync: false,
});
const table = (name: string) =>
  root.openDB<string, (string | number)[]>(name, { encoding: "string" });
const instances = table("instances");
const history = table("history");
const indexes = table("indexes");

let waiting: { write: () => void; resolve: () => void }[] = [];
let isWriting = false;
async function flush(): Promise<void> {
  isWriting = true;
  while (waiting.length > 0) {
    const group = waiting;
    waiting = [];
    await root.batch(() => {
      for (const { write } of group) {
        write();
      }
    });
    for (const { resolve } of group) {
      resolve();
    }
  }
  isWriting = false;
}
const commit = (write: () => void): Promise<void> =>
  new Promise((resolve) => {
    waiting.push({ write, resolve });
    if (!isWriting) {
      void flush();
    }
  });

await report(6_400, async (index) => {
  const id = `${process.hrtime.bigint()}-${index}`;
  await commit(() => {
    void instances.put([id], RECORD);
    void indexes.put(["created", 1, id], "");
    void indexes.put(["status", "Live", 1, id], "");
  });
  for (const turn of [0, 1, 2, 3]) {
    await commit(() => {
      void history.put([id, 0, turn], turn === 0 ? FIRST_TURN : LATER_TURN);
      void instances.put([id], RECORD);
      if (turn === 3) {
        void indexes.remove(["status", "Live", 1, id]);
        void indexes.put(["status", "Completed", 1, id], "");
      }
    });
  }
});
await root.close();
