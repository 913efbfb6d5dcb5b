/** Workflows that run side by side. */
export const CONCURRENCY = 64;

/** Processor time of this process for one call, in microseconds, after as many calls to warm up; tells the parent. */
export async function report(count: number, once: (index: number) => Promise<unknown>) {
  const run = (): Promise<unknown> =>
    Promise.all(
      Array.from({ length: CONCURRENCY }, async (_, lane) => {
        for (let index = lane; index < count; index += CONCURRENCY) {
          await once(index);
        }
      }),
    );
  await run();
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  process.send?.({ microseconds: (user + system) / count });
}
