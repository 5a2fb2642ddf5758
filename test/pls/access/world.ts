/**
 * One Service with a Private Link Service and a connection to it; an Azure and a cluster with the true state.
 */
import { applyPolicy } from "../../../shared/audit/applyPolicy.ts";
import { createApply } from "../../../shared/changes/apply.ts";
import type { Plan } from "../../../shared/changes/plan.ts";
import type { JsonObject } from "../../../shared/ports/resources.ts";
import { isUndoable, planUndo } from "../../../shared/changes/undo.ts";
import type { Declared } from "../../../shared/kubernetes/intent.ts";
import { propose } from "../../../shared/declarations/proposals.ts";
import { baseName } from "../../../shared/kubernetes/frontendName.ts";
import { planDecision } from "../../../shared/pls/decision.ts";
import { findConnection } from "../../../shared/pls/inbox.ts";
import { reconcilePls } from "../../../shared/pls/reconcilePls.ts";
import { Reporter, internalService, type ReportedService } from "../../builders/reports.ts";
import {
  cluster,
  connection,
  declared,
  frontend,
  intent,
  pls,
  plsIntent,
  managedCluster,
  NOW,
  PARTNER,
  UID,
} from "../../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../../memory/run.ts";
import { Judge, type Truth } from "./judge.ts";
import type { Step } from "./steps.ts";

function confirmedLists({ intent: { pls: asked } }: Declared = declared()): Truth["confirmed"] {
  return { visibility: asked?.visibility ?? [], autoApproval: asked?.autoApproval ?? [] };
}

type StepOf<Name extends Step["do"]> = Extract<Step, { readonly do: Name }>;
type Status = "Approved" | "Rejected";

const ITEM = { what: "pls", id: pls().id, why: "test", seenAtUtc: NOW, correlationId: "c" };
const OPERATOR = { why: "test", who: "ann", correlationId: "c" };
/** Policy allows no others. */
const ALLOWED = [SUBSCRIPTION, PARTNER];
const MAX_REPAIRS = 2;

export class AccessWorld {
  readonly run: MemoryRun = memoryRun();
  readonly #reporter = new Reporter(this.run);
  readonly #judge: Judge;
  /** What the Service lists now. */
  #declared: readonly string[] = [SUBSCRIPTION];
  readonly #since = { pls: new Set([SUBSCRIPTION]), connection: new Set([SUBSCRIPTION]) };
  #uid = UID;
  /** The Service that the controller created the Private Link Service for. */
  #builtFor = UID;
  #consumer = SUBSCRIPTION;
  #isDecided = false;
  #reportedAt = 0;
  #who = "system";

  constructor() {
    this.#judge = new Judge(this.run, () => ({
      who: this.#who,
      since: this.#since,
      consumer: this.#consumer,
      allowed: ALLOWED,
      maxRepairs: MAX_REPAIRS,
      reportedAt: this.#reportedAt,
      isDecided: this.#isDecided,
      isForeign: this.#confirmed()?.uid !== this.#builtFor,
      confirmed: confirmedLists(this.#confirmed()),
    }));
  }

  get crimes(): readonly string[] {
    return this.#judge.crimes;
  }

  async begin(): Promise<void> {
    await this.run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
    await applyPolicy(this.run, {
      privateLinkServices: { maxRepairsPerHour: MAX_REPAIRS, visibility: ALLOWED, autoApproval: ALLOWED },
      connections: { rejectWithdrawn: true },
      modes: { rejections: "enforce" },
    });
    this.run.network.clusters = [managedCluster()];
    this.#place([SUBSCRIPTION]);
    this.#placeConnection("Pending");
    this.#reporter.services = [this.#service()];
    await this.#reporter.list();
    this.#reportedAt = this.#now();
  }

  // Kubernetes.

  async declare({ to, seen, built, writes }: Omit<StepOf<"declare">, "do">): Promise<void> {
    this.#declared = to;
    this.#reporter.version += 1;
    for (const id of to) for (const since of Object.values(this.#since)) since.add(id);
    if (seen) await this.refused(to, this.#reporter.version - 1);
    if (built) this.controller(writes);
  }

  /** Admission gets the request, on top of a version, before the API server refuses or accepts it. */
  async refused(to: readonly string[], version = this.#reporter.version): Promise<void> {
    const asked = plsIntent({ visibility: [...to], autoApproval: [...to] });
    await propose(
      this.run,
      declared({
        uid: this.#uid,
        resourceVersion: String(version),
        strength: "proposal",
        intent: intent({ pls: asked }),
      }),
    );
  }

  /** The Service is deleted, and one of its name is created. What the controller built stays until it builds again. */
  recreate(isBuilt: boolean): void {
    this.#reporter.version += 2;
    this.#uid = `${String(this.#reporter.version).padStart(8, "0")}-0000-4000-8000-000000000000`;
    if (isBuilt) this.controller();
  }

  async report(hasBookmark: boolean): Promise<void> {
    const reporter = this.#reporter;
    const [before] = reporter.services;
    const service = this.#service();
    reporter.services = [service];
    this.#reportedAt = this.#now();
    if (!reporter.query.startsWith("watch")) return void (await reporter.step());
    const isOther = before !== undefined && before.uid !== service.uid;
    const deleted = { ...before, name: "web", resourceVersion: String(reporter.version - 1) };
    const events = [
      ...(isOther ? [{ type: "DELETED", object: reporter.object(deleted) }] : []),
      { type: isOther ? "ADDED" : "MODIFIED", object: reporter.object(service) },
    ].map((one) => JSON.stringify(one));
    await reporter.step([...events, ...(hasBookmark ? [reporter.bookmark()] : [])].join("\n"));
  }

  #service(): ReportedService {
    const text = this.#declared.join(" ");
    const settings = { "pls-create": "true", "pls-visibility": text, "pls-auto-approval": text };
    const resourceVersion = String(this.#reporter.version);
    return { ...internalService("web", settings), uid: this.#uid, resourceVersion };
  }

  #confirmed(): Declared | undefined {
    return this.run.tables.declarations.all().find(({ name }) => name === "web");
  }

  // Azure, and others who write there.

  controller(writes: StepOf<"controller">["writes"] = "parent and child"): void {
    this.#builtFor = this.#uid;
    this.#written("pls");
    this.#place(this.#declared, writes);
  }

  outsider(to: readonly string[]): void {
    this.#written("pls");
    this.#place(to);
  }

  connect(from: string): void {
    this.#written("connection");
    this.#consumer = from;
    this.#isDecided = false;
    this.#placeConnection("Pending");
  }

  /** A user decides in the portal. */
  portal(status: Status): void {
    this.#written("connection");
    this.#isDecided = true;
    this.#placeConnection(status);
  }

  /** A write of the Private Link Service is one that a decision about its connection has to wait for, too. */
  #written(what: "pls" | "connection"): void {
    if (what === "pls") this.#since.pls = new Set(this.#declared);
    this.#since.connection = new Set(this.#declared);
  }

  #place(to: readonly string[], writes: StepOf<"controller">["writes"] = "parent and child"): void {
    const body: JsonObject = {
      tags: { ...pls().tags },
      properties: {
        provisioningState: "Succeeded",
        visibility: { subscriptions: [...to] },
        autoApproval: { subscriptions: [...to] },
      },
    };
    this.run.resources.place(pls().id, body);
    const child = this.run.resources.bodyOf(connection().id);
    if (child && writes === "parent and child") this.run.resources.place(connection().id, child);
    this.render();
  }

  #placeConnection(status: string): void {
    const state = { status, description: "" };
    const properties = { provisioningState: "Succeeded", privateLinkServiceConnectionState: state };
    this.run.resources.place(connection().id, { properties });
    this.render();
  }

  /** What lists and reads of Azure show from now on. */
  render(): void {
    const { visibility, autoApproval } = (this.run.resources.bodyOf(pls().id) as any).properties;
    const raw = this.run.resources.bodyOf(connection().id) as any;
    const state = raw?.properties.privateLinkServiceConnectionState ?? {};
    const consumer = `/subscriptions/${this.#consumer}`;
    const endpointId = connection().endpointId?.replace(/\/subscriptions\/[^/]+/, consumer) ?? "";
    this.run.network.allPrivateLinkServices = [
      pls({
        visibility: visibility.subscriptions,
        autoApproval: autoApproval.subscriptions,
        frontendIds: [frontend({ name: baseName(this.#builtFor) }).id],
        connections: [connection({ ...state, endpointId })],
      }),
    ];
  }

  // Mooring.

  /** @param one what the Service declares, and the controller writes, while Mooring works */
  async reconcile({ meanwhile, before, isReported }: Omit<StepOf<"reconcile">, "do">): Promise<void> {
    const { resources } = this.run.ports;
    let to = meanwhile;
    const happen = async (when: string) => {
      if (to === undefined || when !== before) return;
      const some = { to, seen: false, built: !isReported, writes: "parent and child" } as const;
      to = undefined;
      await this.declare(some);
      if (isReported) await this.report(true);
    };
    const reader = {
      read: async (id: string) => happen("read").then(() => resources.read(id)),
      // Locks are read after the resource itself.
      locks: async (id: string) => happen("write").then(() => resources.locks(id)),
    };
    const run = { ...this.run, ports: { ...this.run.ports, resources: reader } };
    await reconcilePls(run, createApply(this.run.resources), ITEM).catch(() => undefined);
    this.render();
  }

  /** @param isContradicted another operator decides otherwise in the portal, right after the plan was made */
  async decide(status: Status, isContradicted: boolean): Promise<void> {
    const row = await findConnection(this.run, connection().id);
    if (!row || row.status === status) return;
    const plan = planDecision(this.run, row, { status, reason: "test", who: OPERATOR.who });
    if (isContradicted) this.portal(status === "Approved" ? "Rejected" : "Approved");
    const isApplied = await this.#applyAsOperator(plan);
    this.#isDecided ||= isApplied;
  }

  /** An operator takes back what Mooring wrote last. */
  async undo(): Promise<void> {
    const applied = this.run.tables.journal.all().filter((entry) => isUndoable(entry));
    const last = applied.toSorted((a, b) => (a.intendedAtUtc < b.intendedAtUtc ? 1 : -1))[0];
    if (last) await this.#applyAsOperator((await planUndo(this.run, last.id)).plan);
  }

  async #applyAsOperator(plan: Plan): Promise<boolean> {
    this.#who = OPERATOR.who;
    const apply = createApply(this.run.resources);
    const results = await apply(this.run, plan, OPERATOR, { inSight: 1 }).catch(() => []);
    this.#who = "system";
    this.render();
    return results.some(({ outcome }) => outcome === "applied");
  }

  /** Reports arrive, the controller works, and no one else writes: everything has to be as declared. */
  async calm(): Promise<void> {
    this.run.clock.advance(2 * 3600);
    if (this.#builtFor !== this.#uid) this.controller();
    // Complete lists end what the API server refused after admission.
    for (let list = 0; list < 5; list += 1) {
      this.run.clock.advance(60);
      await this.#reporter.list([this.#service()]);
    }
    for (let round = 0; round < 12; round += 1) {
      this.run.clock.advance(20);
      await this.report(true);
      await this.reconcile({ meanwhile: undefined, before: "read", isReported: false });
    }
    const { visibility } = (this.run.resources.bodyOf(pls().id) as any).properties;
    const desired = this.#declared.filter((one) => ALLOWED.includes(one));
    if (visibility.subscriptions.toSorted().join() !== desired.toSorted().join())
      this.#judge.crime("converged", `visible to ${visibility.subscriptions}, declared ${desired.join()}`);
  }

  #now(): number {
    return Date.parse(this.run.clock.nowUtc);
  }
}
