import { expect, test } from "@jest/globals";
import { parseHostJson } from "../../../../host/settings/host-json.ts";

const parse = (tree: object, environment: Record<string, string> = {}) =>
  parseHostJson(JSON.stringify({ version: "2.0", ...tree }), environment);
const http = (section: object) => parse({ extensions: { http: section } }).http;
const queues = (section: object) => parse({ extensions: { queues: section } }).queues;

test("an empty host.json has the defaults of Azure", () => {
  const { newBatchThreshold, ...rest } = parse({}).queues;
  expect(rest).toEqual({
    batchSize: 16,
    maxDequeueCount: 5,
    maxPollingIntervalMs: 60_000,
    visibilityTimeoutMs: 0,
    messageEncoding: "base64",
  });
  expect(newBatchThreshold % 8).toBe(0);
  expect(parse({})).toMatchObject({
    http: {
      routePrefix: "api",
      customHeaders: {},
      maxConcurrentRequests: Number.POSITIVE_INFINITY,
      maxOutstandingRequests: Number.POSITIVE_INFINITY,
    },
    durableTask: {},
    logLevels: {},
    functionTimeoutMs: 1_800_000,
  });
});

test("comments, trailing commas, a byte order mark and names in any case are read", () => {
  const text = `\uFEFF{ // host
    "version": "2.0", /* a "quoted" remark */
    "Extensions": { "HTTP": { "RoutePrefix": "/v1//*no*/", }, },
  }`;
  expect(parseHostJson(text, {}).http.routePrefix).toBe("v1//*no*");
});

test("app settings win over the file, whatever their case", () => {
  const found = parse(
    { extensions: { http: { routePrefix: "api" } }, functionTimeout: "00:05:00" },
    {
      AzureFunctionsJobHost__extensions__HTTP__routePrefix: "v2",
      AzureFunctionsJobHost__functionTimeout: "00:01:00",
      AzureFunctionsJobHost__extensions__queues__batchSize: "8",
      AzureFunctionsJobHost__logging__logLevel__Function: "Warning",
      Unrelated: "x",
    },
  );
  expect(found).toMatchObject({
    http: { routePrefix: "v2" },
    functionTimeoutMs: 60_000,
    queues: { batchSize: 8 },
    logLevels: { Function: "warning" },
  });
});

test("limits of requests are numbers above nothing, or -1 for none", () => {
  expect(http({ maxConcurrentRequests: 5, maxOutstandingRequests: "20" })).toMatchObject({
    maxConcurrentRequests: 5,
    maxOutstandingRequests: 20,
  });
  expect(http({ maxConcurrentRequests: -1 }).maxConcurrentRequests).toBe(Infinity);
  expect(() => http({ maxConcurrentRequests: 0 })).toThrow(
    "host.json: extensions.http.maxConcurrentRequests must be 1 or more, or -1 for no limit.",
  );
  expect(() => http({ maxOutstandingRequests: "many" })).toThrow(
    "host.json: extensions.http.maxOutstandingRequests must be -1 or more.",
  );
});

test("a function timeout of -1 is none", () => {
  expect(parse({ functionTimeout: "-1" }).functionTimeoutMs).toBeNull();
});

test("reads the settings of queues", () => {
  expect(
    queues({
      batchSize: 1,
      newBatchThreshold: 0,
      maxDequeueCount: 2,
      maxPollingInterval: "00:00:02",
      visibilityTimeout: "00:00:30",
      messageEncoding: "None",
    }),
  ).toEqual({
    batchSize: 1,
    newBatchThreshold: 0,
    maxDequeueCount: 2,
    maxPollingIntervalMs: 2_000,
    visibilityTimeoutMs: 30_000,
    messageEncoding: "none",
  });
});

test.each([
  [{ batchSize: 33 }, /batchSize must be 1 to 32/],
  [{ batchSize: "many" }, /batchSize must be 1 to 32/],
  [{ maxDequeueCount: 0 }, /maxDequeueCount must be 1 or more/],
  [{ newBatchThreshold: -1 }, /newBatchThreshold must be 0 or more/],
  [{ visibilityTimeout: "later" }, /visibilityTimeout is no time span/],
  [{ messageEncoding: "utf16" }, /messageEncoding is "base64" or "none"/],
])("refuses the queue settings %p", (section, message) => {
  expect(() => queues(section)).toThrow(message);
});

test.each([
  [{ version: "1.0" }, /"version" must be "2.0"/],
  [{ functionTimeout: "soon" }, /functionTimeout "soon" is no time span/],
  [{ logging: { logLevel: { default: "loud" } } }, /log level "loud" is unknown/],
])("refuses %p", (tree, message) => {
  expect(() => parse(tree)).toThrow(message);
});
