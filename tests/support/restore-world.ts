import { createInProcessSimulator } from "../../simulator/protocol/in-process.ts";
import type { RestoreDependencies } from "../../src/activities/restore-dependencies.ts";
import { createRestorePlanActivities } from "../../src/activities/restore-planning.ts";
import { createRestoreRunActivities } from "../../src/activities/restore-run.ts";
import { createRestoreWaveActivities } from "../../src/activities/restore-wave.ts";
import { answerRequestRestore } from "../../src/api/request-restore.ts";
import type { Principal } from "../../src/api/principal.ts";
import * as actions from "../../src/api/restore-actions.ts";
import { findRun, presentRun, type RestoreApi } from "../../src/api/restore-api.ts";
import type { Role } from "../../src/contracts/operation.ts";
import * as contracts from "../../src/contracts/restore-orchestration.ts";
import { RequestRestore, type RestoreRun } from "../../src/contracts/restore.ts";
import type { ActivityReference } from "../../src/durable/activity.ts";
import type { OrchestrationClient } from "../../src/durable/client.ts";
import type { GraphClient, GraphRequest } from "../../src/graph/graph-client.ts";
import { planRestore } from "../../src/orchestrators/plan-restore.ts";
import { restoreRun } from "../../src/orchestrators/restore-run.ts";
import { restoreWave } from "../../src/orchestrators/restore-wave.ts";
import { createMemoryDocumentStore } from "../../src/store/documents.ts";
import { createMemoryTableStore } from "../../src/store/memory-table.ts";
import { openRestores } from "../../src/store/restores.ts";
import { listAll, type TableStore } from "../../src/store/table.ts";
import { OWNER, smallEstate } from "../contract/simulator/small-estate.ts";
import { createDriver, type TestActivity } from "./orchestration-driver.ts";
import { createSimulatedGraph, type Mishap } from "./simulated-graph.ts";

export const TENANT = OWNER;
export const START = Date.parse("2026-03-02T06:00:00Z");
const CLIENT_ID = smallEstate().applications[0]?.clientId ?? "";

/** The process dies: whatever was going on is not gone on with. */
export class Crash extends Error {}

const person = (name: string, roles: readonly Role[]): Principal => ({
  objectId: `object-${name}`,
  name,
  roles: new Set(roles),
  scopedRoles: new Map(),
});

export const OPERATOR = person("Olivia", ["Reader", "Operator"]);
export const APPROVER = person("Arjun", ["Reader", "Approver"]);
export const ADMIN = person("Ada", ["Admin"]);

export interface RestoreWorldOptions {
  readonly mishap?: (request: GraphRequest & { readonly tenantId: string }) => Mishap;
  /** Called before and after every access to store and Graph; may throw `Crash`. */
  readonly onStep?: () => void;
  readonly isWriteAllowed?: (tenantId: string) => boolean;
}

/** Restore runs with real orchestrators and activities, over a simulator and stores in memory, in virtual time. */
export function createRestoreWorld(options: RestoreWorldOptions = {}) {
  const simulator = createInProcessSimulator({ seed: smallEstate() });
  const onStep = options.onStep ?? (() => undefined);
  const graph = stepping(
    createSimulatedGraph({
      simulator,
      ...(options.mishap === undefined ? {} : { mishap: options.mishap }),
    }),
    onStep,
  );
  const store = createMemoryTableStore();
  const documents = createMemoryDocumentStore();
  const clock = { now: () => simulator.now() };
  const dependencies: RestoreDependencies = {
    graph,
    tables: openRestores(steppingStore(store, onStep)),
    documents,
    clock,
    clientId: CLIENT_ID,
    approvalDeadlineMinutes: 24 * 60,
  };

  const activities: Record<string, TestActivity> = {};
  const add = (references: Record<string, ActivityReference<never, unknown>>, group: object) => {
    for (const [key, { name }] of Object.entries(references)) {
      activities[name] = (group as Record<string, TestActivity>)[key] as TestActivity;
    }
  };
  add(contracts.restorePlanActivities, createRestorePlanActivities(dependencies));
  add(contracts.restoreRunActivities, createRestoreRunActivities(dependencies));
  add(contracts.restoreWaveActivities, createRestoreWaveActivities(dependencies));

  const orchestrations = { restoreRun, planRestore, restoreWave };
  const driver = createDriver({
    activities,
    orchestrations,
    startAt: START,
    onAdvance: (now) => simulator.advanceTo(now),
  });
  const client: OrchestrationClient = {
    async start(reference, instanceId, input) {
      if (driver.stateOf(instanceId) === "Running" || driver.stateOf(instanceId) === "Suspended") {
        return "exists";
      }
      const name = reference.name as keyof typeof orchestrations;
      driver.start(name, orchestrations[name], input, instanceId);
      return "started";
    },
    async status(instanceId) {
      const state = driver.stateOf(instanceId);
      return state === null
        ? null
        : { runtimeStatus: state, customStatus: driver.customStatus(instanceId), output: null };
    },
    raiseEvent: async (instanceId, name, data) => driver.raiseEvent(instanceId, name, data),
    suspend: async (instanceId) => driver.suspend(instanceId),
    resume: async (instanceId) => driver.resume(instanceId),
  };
  let ids = 0;
  const api: RestoreApi = {
    // What a person does is not interrupted here: only activities are.
    tables: openRestores(store),
    documents,
    graph: createSimulatedGraph({ simulator }),
    clock,
    config: { isWriteAllowed: options.isWriteAllowed ?? (() => true) },
    isKnownTenant: async (tenantId) =>
      smallEstate().tenants.some((one) => one.tenantId === tenantId),
    random: () => String((ids += 1)).padStart(8, "0"),
  };
  const act = (principal: Principal, id: string) => ({ api, client, principal, id });

  async function request(
    body: Record<string, unknown>,
    principal = OPERATOR,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ id: string; statusUrl: string }> {
    const answer = await answerRequestRestore(api, client, {
      principal,
      body: RequestRestore.parse({ tenantId: TENANT, destination: "inPlace", ...body }),
      url: new URL("https://continuity.test/api/restores"),
      header: (name) => headers[name] ?? null,
    });
    return answer.body as { id: string; statusUrl: string };
  }

  const read = async (id: string): Promise<RestoreRun> =>
    presentRun(api, client, await findRun(api, ADMIN, id));

  /** Approves as soon as the plan waits for it. */
  function approveAt(id: string, instant: number, principal = APPROVER): void {
    driver.at(instant, async () => {
      const { planHash } = await read(id);
      await actions.approve(act(principal, id), planHash ?? "");
    });
  }

  async function list<Value>(path: string): Promise<Value[]> {
    const answer = await simulator.fetch(`/v1.0${path}`, {
      token: await simulator.token(TENANT),
      headers: { prefer: "include-unknown-enum-members" },
    });
    return (answer.body as { value: Value[] }).value;
  }

  return {
    simulator,
    driver,
    client,
    api,
    dependencies,
    act,
    request,
    read,
    approveAt,
    list,
    async users(count: number): Promise<{ id: string; email: string }[]> {
      const users = await list<{
        id: string;
        userPrincipalName: string;
        assignedPlans?: unknown[];
      }>("/users?$select=id,userPrincipalName,assignedPlans");
      return users
        .filter(({ assignedPlans }) => (assignedPlans?.length ?? 0) > 0)
        .slice(0, count)
        .map(({ id, userPrincipalName }) => ({ id, email: userPrincipalName }));
    },
    async sites(count: number): Promise<{ id: string; webUrl: string }[]> {
      const sites = await list<{ id: string; webUrl: string; isPersonalSite?: boolean }>(
        "/sites/getAllSites",
      );
      return sites.filter(({ isPersonalSite }) => isPersonalSite !== true).slice(0, count);
    },
    /** Every session that the simulator knows, with its artifacts' restore points. */
    async sessions(): Promise<{ id: string; status: string; points: string[] }[]> {
      const found: { id: string; status: string; points: string[] }[] = [];
      for (const [workload, unit] of [
        ["exchange", "mailbox"],
        ["oneDriveForBusiness", "drive"],
        ["sharePoint", "site"],
      ]) {
        const root = `/solutions/backupRestore/${workload}RestoreSessions`;
        for (const { id, status } of await list<{ id: string; status: string }>(root)) {
          const artifacts = await list<{ restorePoint: { id: string } }>(
            `${root}/${id}/${unit}RestoreArtifacts`,
          );
          found.push({ id, status, points: artifacts.map(({ restorePoint }) => restorePoint.id) });
        }
      }
      return found;
    },
    /** How many requests of that kind changed something in the simulator. */
    effects: (method: string, path: RegExp): number =>
      simulator
        .journal({ effectsOnly: true })
        .filter((row) => row.method === method && path.test(row.path)).length,
    async units(id: string) {
      const units = [];
      for await (const { value } of listAll(api.tables.units, id)) {
        units.push(value);
      }
      return units;
    },
  };
}

export type RestoreWorld = ReturnType<typeof createRestoreWorld>;

function stepping(graph: GraphClient, onStep: () => void): GraphClient {
  return {
    forTenant(tenantId) {
      const tenant = graph.forTenant(tenantId);
      return {
        tenantId,
        async send(request) {
          onStep();
          const answer = await tenant.send(request);
          onStep();
          return answer;
        },
        async read(request, schema) {
          onStep();
          const answer = await tenant.read(request, schema);
          onStep();
          return answer;
        },
      };
    },
  };
}

const steppingStore = (store: TableStore, onStep: () => void): TableStore => ({
  open(name, options) {
    const table = store.open(name, options);
    return new Proxy(table, {
      get(target, property) {
        const member = target[property as keyof typeof table] as (...values: unknown[]) => unknown;
        return async (...values: unknown[]) => {
          onStep();
          const result = await member.apply(target, values);
          onStep();
          return result;
        };
      },
    });
  },
});
