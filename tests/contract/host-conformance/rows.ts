/*
 * What this host promises to have in common with the Azure Functions host and its Durable Task extension, one row a promise.
 * Each row has one claim in the file of its section. Where a row comes from: the published behaviour of Azure Functions
 * (https://learn.microsoft.com/azure/azure-functions/), the sources of the host, the Node worker, the WebJobs SDK and the Durable
 * Task extension (https://github.com/Azure), and a genuine host that was watched.
 */

export const ROWS = {
  "worker-contract": {
    "core module": "require and import of @azure/functions-core give the same module",
    "unknown hook": "registering an unknown hook throws a RangeError that the library recognizes",
    "registered twice": "a second function of the same name is refused while the app is loaded",
    "registered late": "a function cannot be registered once the app has started",
    main: "main is a path or a glob with braces; CommonJS and ES modules load one after the other by name",
    "main without files": "a main that matches no file, or a missing one, is said in one sentence",
    "load error":
      "a file that throws while it is loaded is named with what it threw, and the host does not start",
    appStart:
      "appStart hooks run before the first invocation, and one that throws keeps the app from starting",
    "read-only hook data": "a hook cannot replace its hookData",
    "hook order":
      "preInvocation hooks run in order before the function and postInvocation hooks after it, sharing hookData",
    "replaced handler": "a preInvocation hook may replace the function",
    "replaced inputs": "a preInvocation hook may replace the inputs",
    "refusing hook":
      "a preInvocation hook that throws fails the invocation, and the function does not run",
    "replaced result": "a postInvocation hook may replace the result",
    "mended failure": "a postInvocation hook may turn a failure into a result",
    "invocation context":
      "an invocation has an id, its name, its bindings and a W3C trace; over HTTP it has no trigger metadata",
    "generated bindings":
      "bindings are listed under the names that the library generates, the result under $return",
    "client input": "an extra durableClient input carries every address that the SDK reads",
    "typed inputs":
      "inputs arrive as JSON or else as text: a boolean is a .NET name, a text that looks like a number stays one",
    "typed results": "results travel as text, number, bytes or JSON, and nothing as null",
    "log levels":
      "host.json's levels hold for the longest category that fits, functions and users apart",
    "log hook": "a log hook may change text and level",
    "late log": "logging for a function that has ended is warned about",
    settings:
      "Values of the settings file become the environment, which wins; the platform's own variables are set",
    "function timeout": "a function that runs longer than functionTimeout fails",
    "activity timeout": "an activity that runs longer than functionTimeout fails its task",
    drain: "SIGTERM lets an open request end, runs appTerminate hooks and ends with 0",
  },
  "http-triggers": {
    "default route": "without a route the function's name below the prefix is its address",
    "no prefix": "with an empty routePrefix routes begin at the root",
    "letter case": "literals of a route match in any case",
    precedence: "a literal goes before a constraint, a constraint before a parameter",
    "optional parameter":
      "an optional parameter may be missing, and a default takes the place of a missing one",
    "catch-all": "a catch-all parameter takes the rest of the path with its slashes",
    "composed segment": "one segment may hold several parameters, and values are decoded",
    constraints: "every route constraint of ASP.NET accepts and refuses as there",
    "unknown route": "an unknown path is 404 with an empty body",
    "wrong method": "a method that no function of that route names is 404, not 405",
    "methods of one route": "functions with the same route and different methods live side by side",
    "reserved route":
      "a route that begins like one of the host's own is not served, and the log says so",
    "taken route":
      "of two functions with the same route and method the first is served, and the log says so",
    "home page": "the root has a page, or 204 with AzureWebJobsDisableHomepage",
    request:
      "the app sees method, full address, query and lower-case headers, several values joined by commas",
    "no body in GET": "the library drops the body of a GET",
    bodies: "a body is read as text, JSON, form data or bytes",
    "fifty megabytes": "fifty megabytes pass in both directions",
    "body limit": "a body above the limit is 413",
    nothing: "returning or throwing nothing is 204",
    "no object": "a text, number or boolean as result is 500",
    error: "an error is 500 with an empty body, and stands in the log",
    answer: "status, headers, JSON and an empty object are answered as given",
    "no content": "204 and 304 have no body",
    cookies: "cookies carry what they are given, and always a path",
    "custom headers": "customHeaders are on every answer of a function, and the function's own win",
    "streaming in and out": "with enableHttpStream the answer flows while the request still does",
    "large stream": "large streams arrive whole, with the values of the route",
    "streaming failures":
      "without an answer a stream ends as 500 or 204, and one that breaks off is cut off",
    "request limits":
      "maxConcurrentRequests run, maxOutstandingRequests may be there, and one more is 429",
    "overriding settings": "AzureFunctionsJobHost__ settings go before host.json",
  },
  "http-keys-and-admin": {
    "disabled function": "a disabled function is 404 but for the master key",
    anonymous: "a function of the level anonymous asks for no key",
    "function level":
      "a function of the level function opens with the host's function keys, its own and the master key",
    "admin level": "a function of the level admin opens with the master key only",
    "wrong key": "a missing or wrong key is 401 with an empty body",
    "key places": "the header x-functions-key goes before the query parameter code",
    status: "/admin/host/status answers Running with id and version, ping answers 200",
    functions:
      "/admin/functions lists functions with bindings and addresses, one alone by its name",
    "run by hand":
      "POST /admin/functions/{name} with the master key answers 202 and runs the function",
    "key management":
      "keys are listed, made, set and removed with the master key, and hold at once",
    "lasting keys": "keys that were set are there after a restart",
    "platform identity":
      "x-ms-client-principal headers from outside never arrive, those of a local identity do",
    "host names": "a name that merely resolves to this machine is not answered",
    cors: "preflights and answers follow Host.CORS and Host.CORSCredentials of the settings",
  },
} as const;
export type Section = keyof typeof ROWS;
