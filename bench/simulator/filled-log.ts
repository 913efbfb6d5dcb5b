import { areas } from "../../simulator/areas.ts";
import { openFileBlobStore } from "../../simulator/content/blob-store.ts";
import { FileLog } from "../../simulator/core/transaction-log.ts";
import { openDataDirectory } from "../../simulator/data-directory.ts";
import { textOfAnswer } from "../../simulator/protocol/message.ts";
import { createSimulator } from "../../simulator/protocol/simulator.ts";
import { createEstate } from "../../simulator/seed/estate.ts";
import { CLIENT_ID, tenantIdOf } from "./estates.ts";
import type { ServerOptions } from "./server-process.ts";

const AT_ONCE = 250;

/** Makes a data directory whose log holds a number of requests: one change for every read. */
export async function fillLog({ seed, dataDir, requests = 0 }: ServerOptions): Promise<void> {
  const directory = openDataDirectory(dataDir ?? "", () => seed);
  const estate = createEstate(directory.seed);
  const blobs = openFileBlobStore(directory.contentPath);
  const log = new FileLog(directory.logPath, () => {
    blobs.sync();
  });
  const clock = { now: () => estate.startsAt };
  const simulator = createSimulator({ estate, areas, log, blobs, clock, key: directory.tokenKey });
  simulator.engine.seed(areas);
  const secret = estate.applications[0]?.clientSecret ?? "";
  const send = async (method: string, target: string, body: string, token?: string) => {
    const answer = await simulator.answer({
      method,
      target,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      bytes: Buffer.from(body),
      baseUrl: "http://bench",
    });
    const text = textOfAnswer(answer);
    if (answer.status >= 400) throw new Error(text);
    return text;
  };
  const tenantId = tenantIdOf(0);
  const form = `grant_type=client_credentials&client_id=${CLIENT_ID}&client_secret=${secret}&scope=https://graph.microsoft.com/.default`;
  const granted = await send("POST", `/${tenantId}/oauth2/v2.0/token`, form);
  const token = (JSON.parse(granted) as { access_token: string }).access_token;
  const users = estate.tenants[0]?.users ?? 1;
  const idAt = (index: number) => estate.tenants[0]?.ids.guid("user", index % users) ?? "";
  for (let done = 0; done < requests; done += AT_ONCE) {
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, requests - done) }, (_, offset) => {
        const number = done + offset;
        const path = `/v1.0/users/${idAt(number >> 1)}`;
        return number % 2 === 0
          ? send("PATCH", path, JSON.stringify({ department: `D${number}` }), token)
          : send("GET", path, "", token);
      }),
    );
  }
  await log.close();
  blobs.close();
  directory.unlock();
}
