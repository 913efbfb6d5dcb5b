const REFRESH_MS = 3_000;
const JOURNAL_ROWS = 100;

const byId = (id) => document.getElementById(id);
const tenantNames = new Map();
let api = null;

/** Asks the control API; throws with its own words when it refuses. */
async function ask(path, method = "GET", body) {
  const response = await fetch(path, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = text === "" ? null : JSON.parse(text);
  if (!response.ok) throw new Error([json.title, ...(json.errors ?? [])].join(" "));
  return json;
}

function element(name, content, className = "") {
  const made = document.createElement(name);
  made.append(...[content].flat().map((part) => part ?? ""));
  if (className !== "") made.className = className;
  return made;
}

/** Fills a table; a cell is a text or `[text, class]`. */
function fill(id, rows, whenEmpty) {
  const made = rows.map((cells) =>
    element(
      "tr",
      cells.map((cell) =>
        Array.isArray(cell) ? element("td", String(cell[0]), cell[1]) : element("td", String(cell)),
      ),
    ),
  );
  if (made.length === 0) {
    const cell = element("td", whenEmpty, "quiet");
    cell.colSpan = 8;
    made.push(element("tr", cell));
  }
  byId(id).replaceChildren(...made);
}

const readable = (instant) => instant.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");
const listed = (counts) =>
  Object.entries(counts)
    .map(([word, count]) => `${count} ${word}`)
    .join(", ");

function showBackup({ backup }) {
  if (!backup.isProvisioned) return ["not provisioned", "quiet"];
  const ends = backup.gracePeriodDateTime;
  const words = [
    backup.status,
    backup.disableReason === "none" ? "" : backup.disableReason,
    ends === null ? "" : `until ${readable(ends)}`,
    backup.billing === "valid" ? "" : `billing ${backup.billing}`,
  ];
  const tone = { enabled: "good", disabled: "quiet" }[backup.status] ?? "warn";
  return [words.filter((word) => word !== "").join(", "), tone];
}

function showProtected({ backup }) {
  if (backup.units === null) return "many";
  return Object.values(backup.units).reduce((sum, counts) => sum + (counts.protected ?? 0), 0);
}

function showTenants(tenants) {
  fill(
    "tenants",
    tenants.map((tenant) => [
      tenant.displayName,
      [
        tenant.users + (tenant.deletedUsers === 0 ? "" : ` (${tenant.deletedUsers} deleted)`),
        "number",
      ],
      [tenant.sites, "number"],
      showBackup(tenant),
      tenant.backup.serviceApps
        .map(({ displayName, status }) => `${displayName} (${status})`)
        .join(", ") || ["none", "quiet"],
      [showProtected(tenant), "number"],
      [
        tenant.backup.unitsWithError ?? "",
        tenant.backup.unitsWithError > 0 ? "number bad" : "number",
      ],
      listed(tenant.backup.restoreSessions) || ["none", "quiet"],
    ]),
    "The estate has no tenants.",
  );
  if (tenantNames.size === 0) {
    for (const { tenantId, displayName } of tenants) {
      tenantNames.set(tenantId, displayName);
      byId("tenant-choice").append(new Option(displayName, tenantId));
    }
  }
}

function showJournal(rows) {
  fill(
    "journal",
    rows.toReversed().map((row) => {
      const effects = Object.groupBy(row.effects, ({ type }) => type);
      return [
        [row.sequence, "number"],
        [readable(row.at), "nowrap"],
        tenantNames.get(row.tenantId) ?? row.tenantId,
        [`${row.method} ${row.path}`, "path"],
        [row.fault ?? row.status, row.status >= 400 ? "number bad" : "number"],
        listed(
          Object.fromEntries(Object.entries(effects).map(([type, all]) => [type, all.length])),
        ),
      ];
    }),
    "Nothing has happened yet.",
  );
}

function showFaults(faults, seeded) {
  const sown = Object.entries(seeded?.rates ?? {}).map(([kind, rate]) => [
    [seeded.path ?? "every request", "path"],
    `${kind}, drawn`,
    [`${rate * 100} %`, "number"],
  ]);
  const scripted = faults.map((fault) => [
    [`${fault.method ?? "any"} ${fault.path}`, "path"],
    fault.behaviour === "status" ? `${fault.status ?? 503}` : fault.behaviour,
    [`${fault.hits} of ${fault.times}`, "number"],
  ]);
  fill("faults", [...scripted, ...sown], "No request meets a fault.");
}

async function refresh() {
  try {
    const effectsOnly = byId("effects-only").checked;
    const [state, clock, journal, faults, sown, snapshots] = await Promise.all([
      ask("state"),
      ask("clock"),
      ask(`journal?newest=true&limit=${JOURNAL_ROWS}&effectsOnly=${effectsOnly}`),
      ask("faults"),
      ask("faults/seeded"),
      ask("snapshots"),
    ]);
    byId("now").textContent = readable(clock.now);
    byId("advance").hidden = !clock.canAdvance;
    showTenants(state.tenants);
    showJournal(journal.value);
    showFaults(faults.value, sown.seeded);
    fill(
      "snapshots",
      snapshots.value.map(({ name, at, directory }) => [
        name,
        [readable(at), "nowrap"],
        [directory, "path"],
      ]),
      "None yet.",
    );
    say(null);
  } catch (error) {
    say(error instanceof TypeError ? "The simulator does not answer." : error.message);
  }
}

function say(message) {
  byId("notice").textContent = message ?? "";
  byId("notice").hidden = message === null;
}

/** Does something, then shows what came of it; a refusal stays until the next look. */
async function act(action) {
  try {
    await action();
    await refresh();
  } catch (error) {
    say(error.message);
  }
}

const schemaOf = (name) =>
  api.paths[`/scenarios/${name}`].post.requestBody.content["application/json"].schema;

/** One field a member of the scenario's schema, so that a new scenario needs no change here. */
function showInputs() {
  const name = byId("names").value;
  byId("summary").textContent = api.paths[`/scenarios/${name}`].post.summary;
  const members = Object.entries(schemaOf(name).properties).filter(([key]) => key !== "tenantId");
  byId("inputs").replaceChildren(
    ...members.map(([key, schema]) => {
      const field = fieldOf(schema);
      field.name = key;
      const label = element("label", [key, field]);
      label.title = schema.description ?? "";
      return label;
    }),
  );
}

function fieldOf({ type, enum: choices, default: usual, description }) {
  if (choices !== undefined || type === "boolean") {
    const select = document.createElement("select");
    const words = choices ?? ["true", "false"];
    select.append(...["", ...words].map((word) => new Option(word || "(default)", word)));
    return select;
  }
  const input = document.createElement("input");
  const isNumber = type === "integer" || type === "number";
  input.type = isNumber ? "number" : "text";
  if (isNumber) input.step = type === "integer" ? "1" : "any";
  const hint = type === "array" ? "separated by spaces" : (description ?? "");
  input.placeholder = usual === undefined || type === "array" ? hint : String(usual);
  return input;
}

function valueOf(text, { type }) {
  if (type === "integer" || type === "number") return Number(text);
  if (type === "boolean") return text === "true";
  return type === "array" ? text.trim().split(/\s+/) : text;
}

function inputOf(form) {
  const { scenario, ...given } = Object.fromEntries(new FormData(form));
  const { properties } = schemaOf(scenario);
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, text]) => text !== "")
      .map(([key, text]) => [key, valueOf(text, properties[key])]),
  );
}

byId("scenario").addEventListener("submit", (event) => {
  event.preventDefault();
  void act(async () => {
    byId("result").hidden = true;
    const answer = await ask(`scenarios/${byId("names").value}`, "POST", inputOf(event.target));
    byId("result").textContent = JSON.stringify(answer, null, 2);
    byId("result").hidden = false;
  });
});
byId("names").addEventListener("change", showInputs);
byId("effects-only").addEventListener("change", () => void refresh());
byId("clear-faults").addEventListener("click", () => void act(() => ask("faults", "DELETE")));
byId("create-snapshot").addEventListener(
  "click",
  () => void act(() => ask("snapshots", "POST", {})),
);
byId("advance").addEventListener("click", ({ target }) => {
  const seconds = Number(target.dataset.seconds);
  if (seconds > 0) void act(() => ask("clock", "POST", { advanceBySeconds: seconds }));
});

api = await ask("openapi.json");
const { value } = await ask("scenarios");
byId("names").append(...value.map(({ name }) => new Option(name, name)));
showInputs();
await refresh();
setInterval(() => {
  if (!document.hidden) void refresh();
}, REFRESH_MS);
