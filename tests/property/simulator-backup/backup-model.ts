/**
 * What a person who read the documentation would expect of the backup service, small enough to be believed. All
 * durations are fixed, so every status at every instant is known. Minutes since the start; ids are the service's.
 */
export const MINUTES = {
  policyProcessing: 30,
  unitAddition: 10,
  bulkJob: 7,
  rule: 12,
  firstPoint: 60,
  restore: 90,
} as const;
export const DAY = 24 * 60;

export type Service = "sharePoint" | "oneDriveForBusiness" | "exchange";
export const SERVICES: readonly Service[] = ["sharePoint", "oneDriveForBusiness", "exchange"];

type Source = "manual" | "dynamicRule";
type Pending = "protectRequested" | "unprotectRequested" | "removeRequested";

export interface ModelUnit {
  policyId: string | null;
  readonly sources: Set<Source>;
  status: "protected" | "unprotected";
  pending: { readonly status: Pending; readonly until: number } | null;
  /** Since when it is protected or not, for its newest points. */
  since: number;
}

export interface ModelPolicy {
  readonly id: string;
  readonly service: Service;
  isActive: boolean;
  updatingUntil: number;
}

export interface ModelRule {
  readonly id: string;
  readonly policy: ModelPolicy;
  readonly isDynamic: boolean;
  status: "active" | "completed" | "completedWithErrors" | "updateRequested" | "deleteRequested";
  /** What it includes when it is evaluated. */
  matches(): readonly string[];
  readonly held: Set<string>;
}

export interface ModelJob {
  readonly id: string;
  readonly policy: ModelPolicy;
  readonly resources: readonly (string | null)[];
  status: "active" | "completed" | "completedWithErrors";
}

export interface ModelSession {
  readonly id: string;
  readonly service: Service;
  artifacts: number;
  activatedAt: number | null;
}

export type AppStatus = "inactive" | "active" | "pendingActive" | "pendingInactive";
export type App = "ours" | "theirs";

export class BackupModel {
  now = 0;
  isEnabled = true;
  readonly apps = new Map<App, AppStatus>([["ours", "active"]]);
  readonly policies = new Map<string, ModelPolicy>();
  /** By service and the id of the thing. */
  readonly units = new Map<string, ModelUnit>();
  readonly rules = new Map<string, ModelRule>();
  readonly jobs = new Map<string, ModelJob>();
  readonly sessions = new Map<string, ModelSession>();
  readonly members: Set<string>;
  #due: { readonly at: number; readonly run: () => void }[] = [];
  /** Rises with each change of the controllers: an earlier plan for them is then void. */
  #controllers = 0;

  constructor(members: readonly string[]) {
    this.members = new Set(members);
  }

  /** Lets everything happen that is due until then, in order of time. */
  advance(minutes: number): void {
    const end = this.now + minutes;
    for (;;) {
      this.#due.sort((left, right) => left.at - right.at);
      const next = this.#due[0];
      if (next === undefined || next.at > end) break;
      this.#due.shift();
      this.now = next.at;
      next.run();
    }
    this.now = end;
  }

  /** Whether our application may do such a thing now; the status and code of the refusal, or null. */
  refusal(purpose: "read" | "change" | "restore"): { status: number; code: string } | null {
    const app = this.apps.get("ours");
    const isHeard =
      app === "active" ||
      app === "pendingInactive" ||
      (app === "pendingActive" && purpose === "read");
    if (!isHeard) return { status: 403, code: "UnknownError" };
    return this.isEnabled || purpose === "read" ? null : { status: 403, code: "AccessDenied" };
  }

  // Policies

  statusOf(policy: ModelPolicy): "updating" | "active" | "inactive" {
    if (this.now < policy.updatingUntil) return "updating";
    return policy.isActive ? "active" : "inactive";
  }

  hasOtherActive(service: Service, except: ModelPolicy | null): boolean {
    return [...this.policies.values()].some(
      (policy) => policy.service === service && policy !== except && policy.isActive,
    );
  }

  activate(policy: ModelPolicy): void {
    policy.isActive = true;
    policy.updatingUntil = this.now + MINUTES.policyProcessing;
    for (const unit of this.unitsOf(policy)) this.#protect(policy, unit, MINUTES.policyProcessing);
  }

  deactivate(policy: ModelPolicy): void {
    policy.isActive = false;
    policy.updatingUntil = this.now + MINUTES.policyProcessing;
    for (const unit of this.unitsOf(policy)) this.#stop(unit, "unprotectRequested");
  }

  delete(policy: ModelPolicy): void {
    for (const unit of this.unitsOf(policy)) {
      unit.policyId = null;
      unit.sources.clear();
      unit.pending = null;
    }
    for (const rule of this.rules.values()) {
      if (rule.policy === policy) this.rules.delete(rule.id);
    }
    this.policies.delete(policy.id);
  }

  // Units

  unitsOf(policy: ModelPolicy): ModelUnit[] {
    return [...this.units.values()].filter((unit) => this.holderOf(unit) === policy.id);
  }

  holderOf(unit: ModelUnit | undefined): string | null {
    const isGone = unit?.pending?.status === "removeRequested" && this.now >= unit.pending.until;
    return unit === undefined || isGone ? null : unit.policyId;
  }

  unitStatus(unit: ModelUnit): string {
    return unit.pending !== null && this.now < unit.pending.until
      ? unit.pending.status
      : unit.status;
  }

  unit(service: Service, resourceId: string): ModelUnit | undefined {
    return this.units.get(`${service} ${resourceId}`);
  }

  /** Whether a thing can be put into a policy by hand. */
  isAddable(policy: ModelPolicy, resourceId: string): boolean {
    const unit = this.unit(policy.service, resourceId);
    const holder = this.holderOf(unit);
    return holder === null || (holder === policy.id && unit?.sources.has("manual") === false);
  }

  join(policy: ModelPolicy, resourceId: string, source: Source): void {
    const key = `${policy.service} ${resourceId}`;
    const unit: ModelUnit = this.units.get(key) ?? {
      policyId: null,
      sources: new Set(),
      status: "unprotected",
      pending: null,
      since: this.now,
    };
    this.units.set(key, unit);
    const isHeldAlready = unit.policyId === policy.id && unit.sources.size > 0;
    unit.policyId = policy.id;
    unit.sources.add(source);
    if (isHeldAlready) return;
    if (policy.isActive) this.#protect(policy, unit, MINUTES.unitAddition);
    else {
      unit.pending = null;
      unit.status = "unprotected";
    }
  }

  release(policy: ModelPolicy, resourceIds: Iterable<string>, source: Source): void {
    for (const resourceId of resourceIds) {
      const unit = this.unit(policy.service, resourceId);
      if (unit === undefined) continue;
      unit.sources.delete(source);
      if (unit.sources.size > 0) continue;
      this.#stop(unit, "removeRequested");
      policy.updatingUntil = Math.max(policy.updatingUntil, this.now + MINUTES.policyProcessing);
    }
  }

  #protect(policy: ModelPolicy, unit: ModelUnit, minutes: number): void {
    if (unit.status === "protected") return;
    const until = this.now + minutes;
    unit.status = "protected";
    unit.pending = { status: "protectRequested", until };
    unit.since = until;
    policy.updatingUntil = Math.max(policy.updatingUntil, until);
  }

  #stop(unit: ModelUnit, status: Pending): void {
    if (unit.status === "protected") unit.since = this.now;
    unit.status = "unprotected";
    unit.pending = { status, until: this.now + MINUTES.policyProcessing };
  }

  // Jobs and rules

  addJob(job: ModelJob): void {
    this.jobs.set(job.id, job);
    this.#later(MINUTES.bulkJob, () => {
      let isWhole = this.policies.has(job.policy.id);
      for (const resourceId of isWhole ? job.resources : []) {
        const holder = resourceId === null ? "" : this.#holderElsewhere(job.policy, resourceId);
        if (resourceId === null || holder !== null) isWhole = false;
        else this.join(job.policy, resourceId, "manual");
      }
      job.status = isWhole ? "completed" : "completedWithErrors";
    });
  }

  addRule(rule: ModelRule): void {
    this.rules.set(rule.id, rule);
    this.workSoon(rule);
    if (rule.isDynamic) this.#daily(rule);
  }

  /** The rule was made, run, edited or is to be deleted. */
  workSoon(rule: ModelRule): void {
    this.#later(MINUTES.rule, () => {
      if (this.rules.get(rule.id) !== rule) return;
      if (rule.status === "deleteRequested") {
        this.release(rule.policy, rule.held, "dynamicRule");
        this.rules.delete(rule.id);
      } else this.#evaluate(rule);
    });
  }

  isWorking({ status }: ModelRule): boolean {
    return status === "active" || status === "updateRequested";
  }

  /** Deleting a rule leaves its units as if somebody had picked them. */
  deleteRule(rule: ModelRule): void {
    for (const resourceId of rule.held) {
      this.join(rule.policy, resourceId, "manual");
      this.release(rule.policy, [resourceId], "dynamicRule");
    }
    this.rules.delete(rule.id);
  }

  #daily(rule: ModelRule): void {
    this.#later(DAY, () => {
      if (this.rules.get(rule.id) !== rule) return;
      if (rule.status !== "deleteRequested") this.#evaluate(rule);
      this.#daily(rule);
    });
  }

  #evaluate(rule: ModelRule): void {
    const matches = rule.matches();
    const mine = matches.filter((id) => this.#holderElsewhere(rule.policy, id) === null);
    for (const resourceId of mine) {
      this.join(rule.policy, resourceId, rule.isDynamic ? "dynamicRule" : "manual");
    }
    if (rule.isDynamic) {
      const left = [...rule.held].filter((resourceId) => !mine.includes(resourceId));
      this.release(rule.policy, left, "dynamicRule");
      rule.held.clear();
      for (const resourceId of mine) rule.held.add(resourceId);
    }
    rule.status = mine.length === matches.length ? "completed" : "completedWithErrors";
  }

  #holderElsewhere(policy: ModelPolicy, resourceId: string): string | null {
    const holder = this.holderOf(this.unit(policy.service, resourceId));
    return holder === policy.id ? null : holder;
  }

  // Controllers

  controller(): App | null {
    for (const [app, status] of this.apps) {
      if (status === "active" || status === "pendingInactive") return app;
    }
    return null;
  }

  isChangePending(): boolean {
    return [...this.apps.values()].includes("pendingActive");
  }

  takeControl(app: App, noticeDays: number): void {
    const other = this.controller();
    this.#controllers += 1;
    if (other === null) {
      this.apps.set(app, "active");
      return;
    }
    this.apps.set(app, "pendingActive");
    this.apps.set(other, "pendingInactive");
    const plan = this.#controllers;
    this.#later(noticeDays * DAY, () => {
      if (this.#controllers !== plan) return;
      this.apps.set(app, "active");
      this.apps.set(other, "inactive");
    });
  }

  /** The pending controller gives up or goes away; the old one stays. */
  returnControl(): void {
    this.#controllers += 1;
    for (const [app, status] of this.apps) {
      if (status === "pendingInactive") this.apps.set(app, "active");
    }
  }

  /** The controller has gone: a week is left for another one. */
  orphan(): void {
    this.#controllers += 1;
    const plan = this.#controllers;
    this.#later(7 * DAY, () => {
      if (this.#controllers === plan) this.isEnabled = false;
    });
  }

  #later(minutes: number, run: () => void): void {
    this.#due.push({ at: this.now + minutes, run });
  }
}
