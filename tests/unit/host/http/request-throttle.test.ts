import { expect, test } from "@jest/globals";
import { RequestThrottle } from "../../../../host/http/request-throttle.ts";

test("so many run at once, so many may be there, and the waiting ones go in the order of their arrival", async () => {
  const throttle = new RequestThrottle({ maxConcurrentRequests: 2, maxOutstandingRequests: 4 });
  const began: string[] = [];
  const enter = async (name: string): Promise<Disposable | null> => {
    const place = await throttle.enter();
    began.push(place === null ? `${name} refused` : name);
    return place;
  };
  const first = enter("first");
  const second = enter("second");
  const third = enter("third");
  const fourth = enter("fourth");
  await enter("fifth");
  expect(began).toEqual(["first", "second", "fifth refused"]);
  const place = await second;
  place?.[Symbol.dispose]();
  place?.[Symbol.dispose]();
  await third;
  expect(began).toEqual(["first", "second", "fifth refused", "third"]);
  (await first)?.[Symbol.dispose]();
  await fourth;
  expect(began.at(-1)).toBe("fourth");
});

test("without limits everything runs at once", async () => {
  const throttle = new RequestThrottle({
    maxConcurrentRequests: Number.POSITIVE_INFINITY,
    maxOutstandingRequests: Number.POSITIVE_INFINITY,
  });
  const places = await Promise.all(Array.from({ length: 500 }, () => throttle.enter()));
  expect(places).not.toContain(null);
});
