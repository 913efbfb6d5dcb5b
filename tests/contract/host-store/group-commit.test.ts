import { expect, test } from "@jest/globals";
import { GroupCommit } from "../../../host/store/group-commit.ts";
import { put, type StoreOperation } from "../../../host/store/store.ts";

const operation = (n: number): StoreOperation[] => [put("inbox", [n], "")];
const numbersOf = (groups: readonly (readonly StoreOperation[])[]): unknown[] =>
  groups.flat().map(({ key }) => key[0]);

test("what arrives together, and what arrives during a write, is written together and in order", async () => {
  const writes: unknown[][] = [];
  const late: Promise<void>[] = [];
  const group = new GroupCommit(async (groups) => {
    writes.push(numbersOf(groups));
    if (writes.length === 1) {
      late.push(group.commit(operation(3)), group.commit(operation(4)));
    }
    await new Promise((resolve) => setImmediate(resolve));
  });

  await Promise.all([group.commit(operation(1)), group.commit(operation(2))]);
  await Promise.all(late);

  expect(writes).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test("nothing is acknowledged before its write has ended", async () => {
  const order: string[] = [];
  const group = new GroupCommit(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    order.push("written");
  });

  await group.commit(operation(1)).then(() => order.push("acknowledged"));

  expect(order).toEqual(["written", "acknowledged"]);
});

test("after a failed write nothing is accepted any more, because it may rest on what failed", async () => {
  let writes = 0;
  const group = new GroupCommit(async () => {
    writes += 1;
    throw new Error("disk full");
  });
  const together = [group.commit(operation(1)), group.commit(operation(2))];

  expect(await Promise.allSettled(together)).toMatchObject([
    { reason: { message: "disk full" } },
    { reason: { message: "disk full" } },
  ]);
  await expect(group.commit(operation(3))).rejects.toThrow("disk full");
  expect(writes).toBe(1);
});

test("idle waits for everything handed in so far", async () => {
  let written = 0;
  const group = new GroupCommit(async (groups) => {
    await new Promise((resolve) => setImmediate(resolve));
    written += groups.length;
  });
  const commits = [1, 2, 3].map((n) => group.commit(operation(n)));

  await group.idle();

  expect(written).toBe(3);
  await Promise.all(commits);
});
