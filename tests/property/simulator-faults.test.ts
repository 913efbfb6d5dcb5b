import { expect, test } from "@jest/globals";
import { array, assert, asyncProperty, double, integer, record, constantFrom } from "fast-check";

import { createInProcessSimulator } from "../../simulator/protocol/in-process.ts";
import { OWNER, smallEstate } from "../contract/simulator/small-estate.ts";

const CHILDREN = "/users/admin@contoso.com/drive/root/children";

/** All kinds that hit requests; ten of them share the draw, so none has more than a tenth. */
const rate = double({ min: 0, max: 0.1, noNaN: true });
const rates = record({
  throttled: double({ min: 0, max: 0.4, noNaN: true }),
  serverError: rate,
  errorAfterCommit: rate,
  slow: rate,
  resetBefore: rate,
  resetAfterCommit: rate,
  truncated: rate,
  expiredToken: rate,
  staleRead: rate,
  missingResults: rate,
  wrongResults: rate,
});

/** Whether the client saw the answer to its end. */
const isWhole = (answer: { readonly isReset: boolean }) => !answer.isReset && !("cutAt" in answer);

type Step = "create" | "batch" | "read";

test("under any seeded faults no acknowledged change is lost and no request has two effects", async () => {
  await assert(
    asyncProperty(
      integer({ min: 0, max: 1_000_000 }),
      rates,
      array(constantFrom<Step>("create", "batch", "read"), { minLength: 10, maxLength: 40 }),
      async (seed, chosen, steps) => {
        const simulator = createInProcessSimulator({ seed: smallEstate() });
        const token = await simulator.token(OWNER);
        const sown = await simulator.fetch("/simulator/faults/seeded", {
          method: "PUT",
          json: { seed, rates: chosen },
        });
        expect(sown.status).toBe(200);
        const acknowledged = new Set<string>();
        let asked = 0;
        const folder = () => ({ name: `folder-${(asked += 1)}`, folder: {} });

        const create = async () => {
          const json = folder();
          const answer = await simulator.fetch(`/v1.0${CHILDREN}`, {
            method: "POST",
            token,
            json,
            headers: { "client-request-id": json.name },
          });
          if (isWhole(answer) && answer.status === 201) acknowledged.add(json.name);
        };
        const batch = async () => {
          const bodies = [folder(), folder(), folder()];
          const answer = await simulator.fetch("/v1.0/$batch", {
            method: "POST",
            token,
            json: {
              requests: bodies.map((body) => ({
                id: body.name,
                method: "POST",
                url: CHILDREN,
                headers: { "Content-Type": "application/json", "client-request-id": body.name },
                body,
              })),
            },
          });
          if (!isWhole(answer) || answer.status !== 200) return;
          const { responses } = answer.body as { responses: { id: string; status: number }[] };
          for (const { id, status } of responses) if (status === 201) acknowledged.add(id);
        };
        const read = () => simulator.fetch(`/v1.0${CHILDREN}`, { token });
        const run = { create, batch, read };
        for (const step of steps) await run[step]();

        await simulator.fetch("/simulator/faults/seeded", { method: "DELETE" });
        const list = await simulator.fetch(`/v1.0${CHILDREN}?$top=999`, { token });
        const { value } = list.body as { value: readonly { name: string }[] };
        const names = value.map(({ name }) => name);
        expect(names.filter((name) => acknowledged.has(name)).sort()).toEqual(
          [...acknowledged].sort(),
        );
        expect(new Set(names).size).toBe(names.length);

        const rows = simulator.journal({ limit: 10_000 });
        for (let number = 1; number <= asked; number += 1) {
          const name = `folder-${number}`;
          const made = rows.filter(
            ({ clientRequestId, effects }) => clientRequestId === name && effects.length > 0,
          );
          expect(made.length).toBe(names.includes(name) ? 1 : 0);
          expect(made[0]?.effects.length ?? 1).toBe(1);
        }
      },
    ),
    { numRuns: 12 },
  );
});
