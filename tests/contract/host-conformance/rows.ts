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
    "failure details":
      "with an exception properties provider a failure arrives with its type, message and properties",
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
  "durable-actions": {
    "activity chain": "activities run one after the other, each with the result of the one before",
    "fan-out":
      "activities of Task.all run side by side, and their results come in the order of the tasks",
    "activity metadata": "an activity is told the instance that calls it",
    "activity failure":
      "a failed activity throws its name, two spaces, its message and the .NET form of its error",
    "uncaught failure": "a failure that nobody catches fails the instance with the same text",
    "activity retry":
      "retries wait the first interval times the coefficient for each, at most the maximum, on the host's clock",
    "last attempt": "after the last attempt the task fails instead of hanging",
    "unknown activity": "an activity that is not registered fails the instance and names what is",
    "sub-orchestration":
      "a sub-orchestration has an id of its own or the given one, knows its parent and gives its output",
    "failed sub-orchestration": "a failed sub-orchestration throws in its parent",
    "sub-orchestration retry": "a retried sub-orchestration keeps the given id",
    timer: "a durable timer fires at its instant on the host's clock",
    "long timer": "a timer of ninety days goes in legs and wakes the code once",
    "cancelled timer": "a cancelled timer does not hold up the end",
    "open timer": "an orchestration that returns with an open timer ends when that fires",
    deadline: "Task.any of an event and a timer is won by what comes first",
    "early events":
      "events that come before somebody waits are kept, in the order of their arrival",
    "event case": "an event of a name in another case wakes nobody",
    "several events": "events of several names are awaited together in any order",
    "nested compounds": "Task.all inside of Task.any counts as one task",
    "failure in all": "Task.all throws with its first failure",
    "continue-as-new":
      "continue-as-new begins again with a new input, an empty history, the custom status and unread events",
    "custom status": "the custom status is what was set last, and null does not clear it",
    "custom status limit":
      "a custom status above 16 KB in UTF-16 fails the instance, one below is fine",
    "error as output": "what an orchestrator throws is the output, exactly",
    "thrown text": "an orchestrator that throws a text fails with a clear message",
    "no output": "an output of undefined or null is null",
    input: "the input is JSON, and a start without one has the empty text",
    versions:
      "an instance has the version it was started with, else the default one, and children have the default one",
    "large payloads": "payloads of a megabyte come back whole",
    "too many actions": "more operations than maxOrchestrationActions fail the instance",
    replay:
      "code runs again from the beginning with the same guids, and isReplaying tells old from new",
    "non-determinism":
      "code that changed under an instance fails it, naming orchestrator, event and both actions",
    "HTTP call":
      "callHttp sends method, headers and content, and gives status, headers and content",
    "HTTP polling": "callHttp follows 202 to its Location after Retry-After on the host's clock",
    "HTTP without polling": "with enablePolling false a 202 is the answer",
    "HTTP failure": "a callHttp that reaches nobody throws",
  },
  "durable-http-api": {
    start: "a start is 202 with the id, the links, their address as Location and Retry-After 10",
    "start without id": "a start without an id makes one of 32 hexadecimal digits",
    "start with a wrong body": "a start whose body is no JSON is 400 with message and exception",
    "start of an unknown function":
      "a start of an unknown orchestrator is accepted and its instance fails",
    "instance ids": "an id may begin with @ and be long; / \\ # ? and control characters are 400",
    "duplicate start": "a start of a live id is 409, of an ended one it replaces it",
    "wait for the end":
      "with timeout a start answers the bare output, the status of a failure (500 on demand), or 202 after its time",
    status:
      "the status is 202 with Location and Retry-After 5 while it runs, 200 when it has ended, 404 for nobody",
    "status body":
      "the status has name, id, runtimeStatus, input, customStatus, output and both times in whole seconds",
    "hidden input": "showInput=false leaves the input out",
    "failed status": "a failed instance is 200, and 500 with returnInternalServerErrorOnFailure",
    history:
      "showHistory folds what was scheduled into what came of it, and showHistoryOutput shows results",
    "raise event":
      "an event is 202; 404 for nobody, 410 for what has ended, 400 for no JSON or another content type",
    terminate: "terminate is 202 with the reason as output; 404 for nobody, 410 for what has ended",
    "suspend and resume":
      "suspend and resume are 202; twice is 500, 404 for nobody, 410 for what has ended",
    rewind: "rewind is 202 for a failed instance, 404 for nobody, 412 for any other",
    restart:
      "restart is 202 under a new id or the same, 400 for nobody, 409 while the same id runs",
    purge: "purging one is 200 with a count, also while it runs, and 404 for nobody",
  },
  "durable-http-queries": {
    "purge many":
      "purging many needs createdTimeFrom, takes what has ended, and is 404 when there is none",
    list: "instances are listed by prefix, status and time, without inputs on demand",
    pages: "top and x-ms-continuation-token give the list page by page",
    "read an entity": "an entity's state is 200, 404 when there is none, and $ is the empty key",
    "signal an entity":
      "an entity is signalled with op and a JSON or text body, and deleted by DELETE",
    "list entities":
      "entities are listed by name with their last operation, with state on demand, in pages",
    "make primary": "makeprimary is 200",
    "other paths": "an unknown path or another verb is 404",
    "letter case of paths": "literals of paths and names of parameters match in any case",
    keys: "from outside the system key or the master key is needed, in code or x-functions-key; local processes need none",
    links: "links lead to the address that was asked, with the key, and work as they are",
  },
  "durable-instances": {
    "at a time": "events that arrive together are taken one by one, in order, by one instance",
    "terminate with children":
      "terminate leaves children running, and open work is of no effect any more",
    "terminated child": "a child that is terminated fails its parent's call with the reason",
    suspend: "while suspended an instance takes no event; resume takes them all in order",
    "timer while suspended":
      "a timer that comes due while an instance is suspended fires when it is resumed",
    "terminate while suspended": "a suspended instance can be terminated",
    rewind:
      "rewind runs only what failed again, down to failed children, and the instance completes",
    restart: "restart begins again with the same name and input",
    "purge with children": "purging an instance leaves its children",
    crash: "after a kill -9 whatever was acknowledged goes on by itself",
    "second host": "a second host on the same data directory refuses in one sentence",
    "version strategy": "an instance of a newer version than the host's waits, and is not failed",
    "client start":
      "the SDK's client starts, with an id, an input and a version of its own or without",
    "client status": "the SDK's client reads one status, those of a filter, and all",
    "client events":
      "the SDK's client raises, suspends, resumes and terminates; what has ended counts as done",
    "client rewind and purge": "the SDK's client rewinds and purges, one and many",
    "check status response":
      "createCheckStatusResponse is 202 with the links of the request's address and Retry-After 10",
    "wait for completion":
      "waitForCompletionOrCreateCheckStatusResponse gives the output in time, else the links",
  },
  "durable-entities": {
    "calls and signals": "calls and signals of one orchestration reach an entity in order",
    names: "an entity's name has no case, its key has; it knows both, and whether it is new",
    state: "an entity's state outlives its operations, and a kill -9",
    "failing operation":
      "an operation that throws fails the call; what it had set stays, as the SDK sends it",
    "no such entity": "a call to an entity that is not registered fails",
    "signal from outside": "the SDK's client signals an entity and reads its state",
    "signal between entities": "an entity signals another one",
    removal: "an entity that destructs itself is gone",
    "exactly once": "many signals at once are each applied once",
    locks: "critical sections over two entities do not interleave, even over activities",
    "locking rules":
      "inside of a critical section no other entity is called, no locked one signalled, no sub-orchestration or lock begun",
    "automatic release":
      "locks are given back when an orchestration ends without releasing them, or is terminated",
  },
  "queue-triggers": {
    "absent queue": "a queue that does not exist is idle, and its trigger does not make it",
    "message forms":
      "a message that is JSON arrives parsed, also a mere number, and anything else as text",
    metadata: "a message comes with id, dequeue count, its times, its receipt and its text",
    "binding data": "properties of a message that is an object are metadata, too",
    "no UTF-8": "bytes that are no UTF-8 arrive with replacement characters",
    "no base64": "a message that is not base64 goes to the poison queue as it is, and nothing runs",
    "no encoding": "with messageEncoding none texts are sent and read as they are",
    success: "a message is deleted when its function has succeeded",
    failure:
      "a message whose function fails comes again after visibilityTimeout on the host's clock",
    poison:
      "after maxDequeueCount failures a message goes to the poison queue as it is, which is made for it",
    "too often taken": "a message that was taken too often already is poison without a run",
    "retry policies": "a function's retry policy does not apply to queues",
    batches: "batchSize and newBatchThreshold more run at once, and no more",
    connection: "connection names the app setting with the storage",
    "own messages":
      "a message that the app itself puts there is seen at once, whatever the polling interval",
    "return value":
      "the return value becomes messages: text, bytes, indented JSON, one for each element",
    "extra output": "an extra output writes messages and makes the queue",
    "long work": "a message stays ours for as long as its function runs",
    "by hand": "POST /admin/functions/{name} runs a queue function with the given input",
    drain: "SIGTERM lets a function end and deletes its message",
    kill: "after a kill -9 the message comes again at once, with the next dequeue count",
    "kill in the moment of taking":
      "a message that a killed host had just taken comes again within seconds",
    "function timeout":
      "a function that runs longer than functionTimeout has failed, and its message comes again",
  },
  "timer-triggers": {
    "six fields": "with six fields the first is the second",
    "five fields": "with five fields the first is the minute",
    setting: "a schedule may stand in an app setting",
    names: "days and months have names",
    "time span": "a schedule may be a constant interval",
    "time zone": "times are those of WEBSITE_TIME_ZONE",
    "skipped hour": "what falls into the hour that is skipped runs when clocks have gone on",
    "repeated hour":
      "in the hour that comes twice an interval runs through both, a point in time once",
    status: "a function is told its last and its next run",
    "no status": "below a minute, or without useMonitor, there is no status",
    startup: "runOnStartup runs once at each start, not past due",
    "past due": "what was missed runs once at the next start, past due",
    "changed schedule": "a schedule that was changed is not past due",
    "no double run":
      "what has run does not run again after a kill -9, and a second host refuses the data directory",
    errors: "an error does not stop the schedule, and without a policy nothing is retried",
    "fixed delay": "a fixedDelay policy retries after its pause, telling attempt and error",
    "exponential back-off": "an exponentialBackoff policy doubles its pause up to the maximum",
    "function timeout":
      "a function that runs longer than functionTimeout has failed, and its schedule goes on",
    "no overlap":
      "a run that takes longer than its interval is followed at once by the next one, never met by it",
    "by hand": "POST /admin/functions/{name} runs a timer function",
    "wrong schedule":
      "a schedule that cannot be read is said in one sentence that names the function",
  },
} as const;
export type Section = keyof typeof ROWS;
