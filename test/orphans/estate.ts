/**
 * An Azure and its clusters with their true state, and every wrong report of them: what is alive may never be
 * deleted, and a delete of it is reported at the moment of the write.
 */
import { Service } from "../../shared/kubernetes/service.ts";
import { parseIntent } from "../../shared/kubernetes/parseIntent.ts";
import type { Json, JsonObject, Resource } from "../../shared/ports/resources.ts";
import type { Cluster } from "../../shared/declarations/clusterModel.ts";
import { forgetDeclared } from "../../shared/declarations/registry.ts";
import { propose } from "../../shared/declarations/proposals.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import type { Connection, Frontend, Rule } from "../../shared/azure/networkModel.ts";
import { ResultUnknown } from "../../shared/core/errors.ts";
import { hold } from "../../shared/orphans/hold.ts";
import { Reporter, internalService, type ReportedService } from "../builders/reports.ts";
import {
  balancer,
  cluster,
  connection,
  frontend,
  identity,
  pls,
  plsBody,
  plsIdIn,
  managedCluster,
  rule,
} from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";
import { AzureLists, type Listed } from "./azureLists.ts";
import { Ledger, type Invariant } from "./ledger.ts";
import { Marks, type Foreign, type Mark } from "./marks.ts";

interface Truth {
  readonly cluster: string;
  readonly name: string;
  readonly uid: string;
  alive: boolean;
  wantsPls: boolean;
  version: number;
  /** uid of the Service whose frontend it shares: by the address that it requests, or by one of its rules there. */
  shares?: { readonly uid: string; readonly by: Sharing } | undefined;
  /** It was deleted, and its rule on the frontend of another one was left behind. */
  leftRule?: boolean;
  /** It was deleted, and its rule on its own frontend was taken away. */
  lostRule?: boolean;
}

export type Sharing = "address" | "rule";

interface Kubernetes {
  readonly name: string;
  reporter: Reporter;
  /** The managed cluster and all that ran in it. */
  deleted: boolean;
  /** Members of its load balancer's backend pool. */
  nodes: number;
}

export type Level = "balancer" | "frontend" | "rule" | "pls" | "connection";

/** On the frontend of another Service. */
function hasRule({ alive, leftRule, shares }: Truth): boolean {
  return shares?.by === "rule" && (alive || leftRule === true);
}

const BROKEN_BY: Readonly<Record<Mark, Invariant>> = {
  off: "protected",
  excluded: "protected",
  locked: "protected",
  updating: "unsettled",
  untagged: "foreign",
  bare: "used",
  unversioned: "unsettled",
};

export class Estate {
  readonly run: MemoryRun = memoryRun();
  /** What was deleted although it was alive, in use or held. */
  get crimes(): readonly string[] {
    return this.ledger.crimes;
  }
  /** What holds of every write, whatever it deletes. */
  readonly ledger: Ledger;
  readonly #marks = new Marks();
  readonly #lists: AzureLists;
  /** Name of the cluster of which ARM reports another node resource group than is registered. */
  #movedTo = "";
  readonly #clusters = new Map<string, Kubernetes>();
  readonly #services: Truth[] = [];
  readonly #consumers = new Map<string, string>();
  /** How many private endpoints each Private Link Service had: a connection is named for its endpoint, with a GUID. */
  readonly #endpoints = new Map<string, number>();
  /** For whom the controller wrote each Private Link Service last. */
  readonly #owners = new Map<string, Truth>();
  readonly #held = new Set<string>();
  /** One for each response that will be lost: whether Azure makes the write. */
  readonly #lost: boolean[] = [];

  constructor() {
    this.#lists = new AzureLists(this.run);
    this.ledger = new Ledger(this.run);
  }

  async begin(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const value = this.#registered(name);
      await this.run.tables.clusters.transact("all", [{ do: "put", key: name, value }]);
      this.#clusters.set(name, {
        name,
        reporter: new Reporter(this.run, name),
        deleted: false,
        nodes: 3,
      });
      this.#placeBalancer(name, []);
    }
    this.#watch();
    this.#lock();
    this.render();
  }

  #registered(name: string) {
    const resourceId = cluster().resourceId.replace(/one$/, name);
    return cluster({
      name,
      resourceId,
      nodeResourceGroup: `MC_${name}`,
      identity: identity(`identity of ${name}`),
    });
  }

  #frontendId({ cluster: name, uid }: Truth): string {
    return `${this.#balancerId(name)}/frontendIPConfigurations/${baseName(uid)}`;
  }

  #ruleId({ cluster: name, uid }: Truth): string {
    return `${this.#balancerId(name)}/loadBalancingRules/${baseName(uid)}-TCP-80`;
  }

  #balancerId(name: string): string {
    return balancer().id.replace("MC_one", `MC_${name}`);
  }

  #plsId({ cluster: owner, name }: Truth): string {
    return plsIdIn(`pls-${name}`, `MC_${owner}`);
  }

  #connectionId(truth: Truth): string {
    const id = this.#plsId(truth);
    return `${id}/privateEndpointConnections/pe.${this.#endpoints.get(id) ?? 0}`;
  }

  #placeBalancer(name: string, services: readonly Truth[]): void {
    const id = this.#balancerId(name);
    const built = services.map(({ uid }) => ({ name: baseName(uid) }));
    const foreign = this.#marks.foreignOn(id);
    const own = [...foreign].some((one) => one === "frontend") ? [{ name: "billing" }] : [];
    const nodes = this.#clusters.get(name)?.nodes ?? 0;
    const members = Array.from({ length: nodes }, (_, n) => ({ id: `nic-${n}` }));
    this.run.resources.place(id, {
      tags: this.#marks.tagsOf(id),
      properties: {
        provisioningState: this.#marks.stateOf(id),
        frontendIPConfigurations: [...built, ...own],
        loadBalancingRules: this.#rulesOf(name, services),
        backendAddressPools: [{ name: "kubernetes", properties: { backendIPConfigurations: members } }],
        probes: [],
        outboundRules: foreign.has("outbound") ? [{ name: "out" }] : [],
      },
    });
  }

  #rulesOf(name: string, services: readonly Truth[]): JsonObject[] {
    const shared = this.#services.filter(
      (one) => hasRule(one) && services.some(({ uid }) => uid === one.shares?.uid),
    );
    const own = services.filter(({ lostRule }) => !lostRule);
    const foreign = this.#marks.foreignOn(this.#balancerId(name)).has("rule")
      ? [{ name: "billing-TCP-80" }]
      : [];
    return [...[...own, ...shared].map(({ uid }) => ({ name: `${baseName(uid)}-TCP-80` })), ...foreign];
  }

  pick(n: number, fits: (one: Truth) => boolean): Truth | undefined {
    const some = this.#services.filter(fits);
    return some[n % Math.max(some.length, 1)];
  }

  clusterAt(n: number): Kubernetes {
    const all = [...this.#clusters.values()];
    return all[n % all.length] as Kubernetes;
  }

  // Kubernetes: what is true, and what admission sees of it.

  /** A Service is created and built; admission sees it, or not. */
  async make(n: number, wantsPls: boolean, isSeen: boolean): Promise<void> {
    const { name, deleted } = this.clusterAt(n);
    if (deleted) return;
    const truth = this.#born(name, wantsPls);
    this.#build(truth);
    if (isSeen) await this.#propose(truth);
  }

  #born(name: string, wantsPls: boolean): Truth {
    const count = this.#services.length;
    const uid = `${String(count).padStart(8, "0")}-0000-4000-8000-000000000000`;
    const truth = {
      cluster: name,
      name: `s${count}`,
      uid,
      alive: true,
      wantsPls,
      version: this.#next(name),
    };
    this.#services.push(truth);
    this.ledger.changed(uid);
    return truth;
  }

  #next(name: string): number {
    const kubernetes = this.#clusters.get(name);
    if (!kubernetes) return 0;
    kubernetes.reporter.version += 1;
    return kubernetes.reporter.version;
  }

  /** The Service is deleted; the controller cleans up after it, or everything stays behind. */
  end(n: number, isCleaned: boolean): void {
    const truth = this.pick(n, ({ alive }) => alive);
    if (!truth) return;
    truth.alive = false;
    this.ledger.changed(truth.uid);
    truth.version = this.#next(truth.cluster);
    if (isCleaned) this.#clean(truth);
    else if (truth.shares?.by === "rule") truth.leftRule = true;
  }

  /** The controller's write, as Azure's activity log has it. */
  #logWrite(name: string): void {
    const write = { atUtc: this.run.clock.nowUtc, resourceId: this.#balancerId(name), caller: "controller" };
    this.run.activity.writes.push(write);
  }

  #clean(truth: Truth): void {
    this.#logWrite(truth.cluster);
    this.#consumers.delete(this.#plsId(truth));
    this.run.resources.vanish(this.#plsId(truth));
    this.run.resources.vanish(this.#connectionId(truth));
    const left = this.#builtIn(truth.cluster).filter((one) => one !== truth);
    this.#placeBalancer(truth.cluster, left);
    this.render();
  }

  /** A Service of the name of one that ended comes back under a new uid: a restored backup, a new deployment. */
  async revive(n: number, isSeen: boolean): Promise<void> {
    const old = this.pick(n, (one) => !one.alive && !this.#clusters.get(one.cluster)?.deleted);
    if (
      !old ||
      this.#services.some((one) => one.alive && one.cluster === old.cluster && one.name === old.name)
    )
      return;
    const uid = `${String(this.#services.length).padStart(8, "0")}-0000-4000-8000-000000000000`;
    const { leftRule: _left, lostRule: _lost, ...same } = old;
    const truth = { ...same, uid, alive: true, version: this.#next(old.cluster) };
    this.#services.push(truth);
    this.ledger.changed(uid);
    this.#build(truth);
    if (isSeen) await this.#propose(truth);
  }

  async withdrawPls(n: number): Promise<void> {
    const truth = this.pick(n, (one) => one.alive && one.wantsPls);
    if (!truth) return;
    truth.wantsPls = false;
    this.ledger.changed(truth.uid);
    truth.version = this.#next(truth.cluster);
    await this.#propose(truth);
  }

  /** A Service that lives on the frontend of another one, which may have been deleted: it requests its address, or has a rule there. */
  async share(n: number, wantsPls: boolean, { by, seen }: { by: Sharing; seen: boolean }): Promise<void> {
    const primary = this.pick(n, (one) => this.#isBuilt(one) && !this.#clusters.get(one.cluster)?.deleted);
    if (!primary) return;
    const truth = this.#born(primary.cluster, wantsPls);
    truth.shares = { uid: primary.uid, by };
    // What only requests the address has no resource in Azure yet.
    if (by === "rule") this.#placeBalancer(primary.cluster, this.#builtIn(primary.cluster));
    if (wantsPls) this.#placePls(primary);
    this.render();
    if (seen) await this.#propose(truth);
  }

  /** A Service declares its Private Link Service again, and the controller builds or writes it, in one go. */
  declarePls(n: number): void {
    const truth = this.pick(n, (one) => one.alive && !one.wantsPls && this.#isBuilt(one));
    if (!truth) return;
    truth.wantsPls = true;
    truth.version = this.#next(truth.cluster);
    this.#build(truth);
  }

  /** Admission sees what the API server then refuses, or what was true long ago. */
  async propose(n: number, what: "create" | "delete" | "withdraw" | "late"): Promise<void> {
    const truth = this.pick(n, ({ alive }) => alive === (what !== "late"));
    if (!truth) return;
    if (what === "create") return this.#propose({ ...truth, uid: `fresh-${this.#services.length}-${n}` });
    if (what === "withdraw") return this.#propose({ ...truth, wantsPls: false });
    return this.#propose(truth, what === "delete" ? { deletedAtUtc: this.run.clock.nowUtc } : {});
  }

  async #propose(truth: Truth, some: { deletedAtUtc?: string } = {}): Promise<void> {
    await propose(this.run, {
      cluster: truth.cluster,
      namespace: "shop",
      name: truth.name,
      uid: truth.uid,
      strength: "proposal",
      observedAtUtc: this.run.clock.nowUtc,
      intent: parseIntent(
        Service.parse(this.#clusters.get(truth.cluster)?.reporter.object(this.#reported(truth))),
      ),
      ...some,
    });
  }

  #reported({ name, uid, wantsPls, version, shares }: Truth): ReportedService {
    const settings = wantsPls ? { "pls-create": "true" } : {};
    const loadBalancerIP = shares?.by === "address" ? { loadBalancerIP: this.#addressOf(shares.uid) } : {};
    return { ...internalService(name, settings), uid, resourceVersion: String(version), ...loadBalancerIP };
  }

  #addressOf(uid: string): string {
    return `10.0.1.${this.#services.findIndex((one) => one.uid === uid)}`;
  }

  // Reports: true ones, and those of another cluster.

  /** A complete list, or one that lacks Services once. */
  async list(n: number, lacks = 0): Promise<void> {
    const kubernetes = this.clusterAt(n);
    if (kubernetes.deleted) return;
    const all = this.#living(kubernetes.name).map((one) => this.#reported(one));
    await kubernetes.reporter.list(all.slice(0, Math.max(all.length - lacks, 0))).catch(() => undefined);
    if (lacks > 0) await kubernetes.reporter.list(all).catch(() => undefined);
    this.ledger.reported(kubernetes.name);
  }

  /** A window in which nothing changed since the last list or window, or a list if that is what is due. */
  async window(n: number): Promise<void> {
    const kubernetes = this.clusterAt(n);
    const { reporter } = kubernetes;
    if (kubernetes.deleted) return;
    if (!reporter.query.startsWith("watch")) return this.list(n);
    const known = new Map(reporter.services.map((one) => [`${one.name} ${one.uid}`, one.resourceVersion]));
    const living = this.#living(kubernetes.name).map((one) => this.#reported(one));
    const changed = living.filter((one) => known.get(`${one.name} ${one.uid}`) !== one.resourceVersion);
    const ended = reporter.services.filter((one) => !living.some(({ uid }) => uid === one.uid));
    reporter.services = living;
    await reporter
      .confirm([
        ...ended.map((service) => ({ type: "DELETED", service })),
        ...changed.map((service) => ({ type: "ADDED", service })),
      ])
      .catch(() => undefined);
    this.ledger.reported(kubernetes.name);
  }

  /** The manifest of this cluster, applied to another one. */
  async foreign(n: number): Promise<void> {
    const { name, deleted } = this.clusterAt(n);
    if (!deleted) this.ledger.foreign(name);
    const foreign = new Reporter(this.run, name, "another cluster");
    foreign.version = 10_000;
    await foreign.list([]).catch(() => undefined);
    for (let post = 0; post < 3; post += 1) await foreign.step(foreign.bookmark()).catch(() => undefined);
  }

  // Registrations that are not true.

  /** A row of an earlier version: a second registration of the same node resource group. */
  async duplicate(n: number): Promise<void> {
    const { name } = this.clusterAt(n);
    const resourceId = `${this.#registered(name).resourceId}-old`;
    const value = { ...this.#registered(name), name: `${name}-old`, resourceId };
    this.ledger.doubt(name, "another registration has its node resource group");
    await this.run.tables.clusters.transact("all", [{ do: "put", key: value.name, value }]);
  }

  async unduplicate(): Promise<void> {
    for (const name of this.#clusters.keys())
      await this.run.tables.clusters.transact("all", [{ do: "remove", key: `${name}-old` }]);
    for (const name of this.#clusters.keys()) this.ledger.doubt(name);
  }

  /** The registered id names no managed cluster, while the cluster lives. */
  async mistype(n: number, isWrong: boolean): Promise<void> {
    const { name } = this.clusterAt(n);
    const right = this.#registered(name);
    const row = await this.run.tables.clusters.get("all", name);
    const value = { ...(row?.value ?? right), resourceId: `${right.resourceId}${isWrong ? "x" : ""}` };
    await this.run.tables.clusters.transact("all", [{ do: "put", key: name, value }]);
  }

  /** The cluster is built again under its name: new identity, new uids. An operator confirms it, or not. */
  async rebuild(n: number, isConfirmed: boolean): Promise<void> {
    const kubernetes = this.clusterAt(n);
    if (kubernetes.deleted) return;
    const { name } = kubernetes;
    kubernetes.reporter = new Reporter(this.run, name, `rebuilt ${this.#services.length}`);
    for (const one of this.#living(name)) {
      one.alive = false;
      this.ledger.changed(one.uid);
      const truth = this.#born(name, one.wantsPls);
      this.#build(truth);
    }
    if (isConfirmed) await this.#rebind(kubernetes);
  }

  /** The registration is true again, and bound to the cluster that there is. */
  async restore(n: number): Promise<void> {
    const { name, reporter } = this.clusterAt(n);
    const row = await this.run.tables.clusters.get("all", name);
    const { unchecked: _unchecked, ...value } = row?.value ?? this.#registered(name);
    const { resourceId, nodeResourceGroup } = this.#registered(name);
    await this.#register(name, { ...value, resourceId, nodeResourceGroup });
    const feed = await this.run.tables.feeds.get("all", name);
    // What another cluster reported makes the cluster's own lists too old: they are refused until an operator confirms its identity.
    const isBehind = Number(feed?.value.seenVersion ?? 0) > reporter.version;
    if (value.identity?.corroboration && value.identity.uid === reporter.identity && !isBehind) return;
    await this.#rebind(this.clusterAt(n));
  }

  /** An operator registered the cluster without a check or with another group, or its identity is not bound or not confirmed. */
  async register(n: number, how: "unchecked" | "unbound" | "uncorroborated" | "other group"): Promise<void> {
    const { name, reporter } = this.clusterAt(n);
    const { identity: _identity, ...bare } = this.#registered(name);
    const unchecked = { reason: "test", atUtc: this.run.clock.nowUtc };
    const bound = { uid: reporter.identity, boundAtUtc: this.run.clock.nowUtc };
    this.ledger.doubt(name, how);
    if (how === "unchecked") await this.#register(name, { ...this.#registered(name), unchecked });
    if (how === "unbound") await this.#register(name, bare);
    if (how === "uncorroborated") await this.#register(name, { ...bare, identity: bound });
    if (how === "other group") this.#movedTo = name;
    this.render();
  }

  async unregister(n: number): Promise<void> {
    const { name } = this.clusterAt(n);
    this.ledger.doubt(name, "not registered");
    await this.run.tables.clusters.transact("all", [{ do: "remove", key: name }]);
  }

  async #register(name: string, value: Cluster): Promise<void> {
    await this.run.tables.clusters.transact("all", [{ do: "put", key: name, value }]);
  }

  async #rebind({ name, reporter }: Kubernetes): Promise<void> {
    const row = await this.run.tables.clusters.get("all", name);
    if (!row) return;
    const bound = { ...identity(reporter.identity), boundAtUtc: this.run.clock.nowUtc };
    await this.#register(name, { ...row.value, identity: bound });
    this.ledger.bound(name);
    await forgetDeclared(this.run, name);
  }

  // Azure.

  /** The managed cluster is deleted with its nodes; its resources stay behind. */
  deleteCluster(n: number): void {
    const kubernetes = this.clusterAt(n);
    kubernetes.deleted = true;
    kubernetes.nodes = 0;
    for (const one of this.#living(kubernetes.name)) {
      one.alive = false;
      this.ledger.changed(one.uid);
    }
    this.#placeBalancer(kubernetes.name, this.#builtIn(kubernetes.name));
    this.render();
  }

  /** The nodes are stopped, or started again. */
  scale(n: number, nodes: number): void {
    const kubernetes = this.clusterAt(n);
    if (kubernetes.deleted || this.run.resources.bodyOf(this.#balancerId(kubernetes.name)) === undefined)
      return;
    kubernetes.nodes = nodes;
    this.#placeBalancer(kubernetes.name, this.#builtIn(kubernetes.name));
    this.render();
  }

  /** An operator marks a load balancer or a Private Link Service, or Azure is about to change it. */
  mark(n: number, level: "balancer" | "pls", what: Mark): void {
    const there = (one: Truth) => this.run.resources.bodyOf(this.#markedId(one, level)) !== undefined;
    const truth = this.pick(n, there);
    if (!truth) return;
    this.#marks.mark(this.#markedId(truth, level), what);
    this.#rewrite(truth, level);
  }

  #markedId(truth: Truth, level: "balancer" | "pls"): string {
    return level === "pls" ? this.#plsId(truth) : this.#balancerId(truth.cluster);
  }

  #rewrite(truth: Truth, level: "balancer" | "pls"): void {
    if (level === "pls") this.#placePls(this.#owners.get(this.#plsId(truth)) ?? truth);
    else this.#placeBalancer(truth.cluster, this.#builtIn(truth.cluster));
    this.render();
  }

  /** Another team uses the load balancer of a cluster, too. */
  use(n: number, what: Foreign): void {
    const { name } = this.clusterAt(n);
    if (this.run.resources.bodyOf(this.#balancerId(name)) === undefined) return;
    this.#marks.use(this.#balancerId(name), what);
    this.#placeBalancer(name, this.#builtIn(name));
    this.render();
  }

  consumer(n: number, status: string): void {
    const truth = this.pick(n, (one) => this.run.resources.bodyOf(this.#plsId(one)) !== undefined);
    if (!truth) return;
    this.#connect(truth, this.#plsId(truth));
    this.#consumers.set(this.#plsId(truth), status);
    this.ledger.changed(this.#connectionId(truth));
    this.run.resources.place(this.#connectionId(truth), {
      properties: { provisioningState: "Succeeded", privateLinkServiceConnectionState: { status } },
    });
    this.#rewrite(truth, "pls");
  }

  /** A deleted endpoint does not come back: the next one has a connection with another id. */
  #connect(truth: Truth, id: string): void {
    const isThere = this.run.resources.bodyOf(this.#connectionId(truth)) !== undefined;
    if (isThere && this.#consumers.get(id) !== "Disconnected") return;
    this.run.resources.vanish(this.#connectionId(truth));
    this.#endpoints.set(id, (this.#endpoints.get(id) ?? 0) + 1);
  }

  async hold(n: number, level: Level): Promise<void> {
    const truth = this.pick(n, () => true);
    if (!truth) return;
    const balancerId = this.#balancerId(truth.cluster);
    const ids: Readonly<Record<Level, string>> = {
      balancer: balancerId,
      frontend: `${balancerId}/frontendIPConfigurations/${baseName(truth.uid)}`,
      rule: this.#ruleId(truth),
      pls: this.#plsId(truth),
      connection: this.#connectionId(truth),
    };
    this.#held.add(ids[level]);
    await hold(this.run, ids[level], { who: "ada", why: "test" });
  }

  async releaseHolds(): Promise<void> {
    for (const { resourceId } of this.run.tables.holds.all())
      await this.run.tables.holds.transact("all", [{ do: "remove", key: resourceId.toLowerCase() }]);
    this.#held.clear();
  }

  /** ARM cuts a list short, or it is behind. */
  truncate(method: Listed, calls: number): void {
    this.#lists.truncate(method, calls);
  }

  lag(method: Listed, calls: number): void {
    this.#lists.lag(method, calls);
  }

  /** The permission to read what is of a cluster is lost. */
  filter(n: number, looks: number): void {
    this.#lists.filter(this.clusterAt(n).name, looks);
  }

  heal(): void {
    this.#lists.heal();
    this.#marks.clear();
    this.#lost.length = 0;
    this.#movedTo = "";
    for (const { name } of this.#clusters.values())
      if (this.run.resources.bodyOf(this.#balancerId(name))) this.#placeBalancer(name, this.#builtIn(name));
    for (const one of this.#linked()) this.#placePls(one);
    this.run.resources.calls.heal();
    this.run.network.calls.heal();
    this.render();
  }

  /** Management locks are marks, too. */
  #lock(): void {
    const { resources } = this.run;
    resources.locks = async (id) => {
      await resources.calls.record("locks", id);
      return this.#marks.isLocked(id) ? [{ id: "keep", level: "CanNotDelete" }] : [];
    };
  }

  #living(name: string): Truth[] {
    return this.#services.filter((one) => one.cluster === name && one.alive);
  }

  #isBuilt({ cluster: name, uid }: Truth): boolean {
    return this.#frontendsOf(name).has(baseName(uid));
  }

  #builtIn(name: string): Truth[] {
    return this.#services.filter((one) => one.cluster === name && this.#isBuilt(one));
  }

  #build(truth: Truth): void {
    this.#logWrite(truth.cluster);
    const all = [...this.#builtIn(truth.cluster).filter((one) => one !== truth), truth];
    this.#placeBalancer(truth.cluster, all);
    if (truth.wantsPls) this.#placePls(truth);
    this.render();
  }

  /** Its list of connections is part of the Private Link Service: with a connection its version changes, too. */
  #placePls(truth: Truth): void {
    this.#owners.set(this.#plsId(truth), truth);
    const isThere = this.run.resources.bodyOf(this.#connectionId(truth)) !== undefined;
    const status = isThere ? this.#consumers.get(this.#plsId(truth)) : undefined;
    const connections = status === undefined ? [] : [connection({ id: this.#connectionId(truth), status })];
    const id = this.#plsId(truth);
    const provisioningState = this.#marks.stateOf(id);
    this.run.resources.place(
      id,
      this.#plsBody(truth, plsBody(pls({ tags: this.#tagsOf(truth), connections, provisioningState }))),
    );
  }

  #plsBody(truth: Truth, { properties, ...body }: JsonObject): JsonObject {
    const loadBalancerFrontendIpConfigurations = [{ id: this.#frontendId(truth) }];
    return { ...body, properties: { ...(properties as JsonObject), loadBalancerFrontendIpConfigurations } };
  }

  #tagsOf(truth: Truth): Record<string, string> {
    const id = this.#plsId(truth);
    const cluster = this.#marks.has(id, "untagged") ? {} : { "k8s-azure-cluster-name": "kubernetes" };
    return { ...this.#marks.tagsOf(id), ...cluster, "k8s-azure-owner-service": `shop/${truth.name}` };
  }

  #frontendsOf(name: string): Set<string> {
    const body = this.run.resources.bodyOf(this.#balancerId(name)) as any;
    return new Set((body?.properties.frontendIPConfigurations ?? []).map((one: any) => one.name));
  }

  /** Lists report what single reads report. */
  render(): void {
    const { network } = this.run;
    network.clusters = [...this.#clusters.values()]
      .filter(({ deleted }) => !deleted)
      .map(({ name }) =>
        managedCluster({
          id: this.#registered(name).resourceId,
          nodeResourceGroup: name === this.#movedTo ? `MC_other_${name}` : `MC_${name}`,
        }),
      );
    network.groups = [...this.#clusters.values()].map(({ name, deleted }) => ({
      id: this.#balancerId(name).replace(/\/providers.*/, ""),
      ...(!deleted && { managedBy: this.#registered(name).resourceId }),
    }));
    network.balancers = [...this.#clusters.values()].flatMap((one) => this.#rendered(one));
    network.allPrivateLinkServices = this.#linked().map((one) => this.#renderedPls(one));
  }

  #rendered({ name, nodes }: Kubernetes) {
    const id = this.#balancerId(name);
    if (!this.run.resources.bodyOf(id)) return [];
    const names = [...this.#frontendsOf(name)];
    const foreign = this.#marks.foreignOn(id);
    const frontends = names.map((one) => this.#renderedFrontend(one, id));
    const pools = [{ id: `${id}/backendAddressPools/kubernetes`, name: "kubernetes", members: nodes }];
    const otherFrontendUses = foreign.has("outbound") ? frontends.map((one) => one.id) : [];
    const [tags, provisioningState] = [this.#marks.tagsOf(id), this.#marks.stateOf(id)];
    const lost = new Set(this.#services.flatMap(({ uid, lostRule }) => (lostRule ? [baseName(uid)] : [])));
    const own = frontends.filter((one) => !lost.has(one.name)).map((one) => rule(one, id));
    const rules = [...own, ...this.#otherRules(name, frontends)];
    return [balancer({ id, frontends, rules, pools, otherFrontendUses, tags, provisioningState })];
  }

  #renderedFrontend(name: string, id: string): Frontend {
    const index = this.#services.findIndex(({ uid }) => baseName(uid) === name);
    const isPublic = this.#marks.foreignOn(id).has("public") && !this.#services[index]?.alive;
    return frontend({ name, address: `10.0.1.${index < 0 ? 250 : index}`, isPublic }, id);
  }

  /** Of Services that share a frontend, and of another team. */
  #otherRules(name: string, frontends: readonly Frontend[]): Rule[] {
    const id = this.#balancerId(name);
    const on = (frontendId: string, ruleName: string): Rule => ({
      id: `${id}/loadBalancingRules/${ruleName}`,
      name: ruleName,
      frontendId,
      protocol: "Tcp",
      port: 80,
      poolIds: [],
    });
    const shared = this.#services.filter(hasRule).flatMap(({ uid, shares, cluster: owner }) => {
      const primary = frontends.find((one) => owner === name && one.name === baseName(shares?.uid ?? ""));
      return primary ? [on(primary.id, `${baseName(uid)}-TCP-80`)] : [];
    });
    const foreign = this.#marks.foreignOn(id).has("rule")
      ? frontends.map((one) => on(one.id, "billing-TCP-80"))
      : [];
    return [...shared, ...foreign.slice(0, 1)];
  }

  /** The owner of each Private Link Service, which its frontend is named for. */
  #linked(): Truth[] {
    return [...this.#owners.values()].filter((one) => this.run.resources.bodyOf(this.#plsId(one)));
  }

  #renderedPls(one: Truth) {
    const id = this.#plsId(one);
    const status = this.#consumers.get(id);
    const isThere = status !== undefined && this.run.resources.bodyOf(this.#connectionId(one)) !== undefined;
    const connections: Connection[] = isThere
      ? [{ id: this.#connectionId(one), name: "pe", status, description: "" }]
      : [];
    const frontendIds = [this.#frontendId(one), ...this.#marks.attachedTo(id)];
    const version = this.run.resources.versionOf(id) ?? "";
    const marked = { tags: this.#tagsOf(one), provisioningState: this.#marks.stateOf(id) };
    return { ...pls({ name: `pls-${one.name}`, frontendIds, connections, version, ...marked }), id };
  }

  /** Another frontend, of a Service that lives, is attached to the Private Link Service, too. */
  attach(n: number): void {
    const truth = this.pick(n, (one) => this.run.resources.bodyOf(this.#plsId(one)) !== undefined);
    const living = this.#living(truth?.cluster ?? "").find((one) => this.#isBuilt(one) && one !== truth);
    if (!truth || !living) return;
    this.#marks.attach(this.#plsId(truth), this.#frontendId(living));
    this.#rewrite(truth, "pls");
  }

  /** Every write is held against the truth at the moment of it. */
  #watch(): void {
    const { resources } = this.run;
    const remove = resources.remove.bind(resources);
    const write = resources.write.bind(resources);
    const read = resources.read.bind(resources);
    resources.read = async (id) => this.#asRead(await read(id));
    resources.remove = (id, version) =>
      this.#answer(async () => {
        if (this.#isSent(id, version)) this.#judgeRemoval(id);
        await remove(id, version);
        this.render();
      });
    resources.write = (id, body, version) =>
      this.#answer(async () => {
        if (this.#isSent(id, version)) this.#judgeWrite(id, body);
        const written = await write(id, body, version);
        this.render();
        return written;
      });
  }

  /** The responses to the next writes are lost: Azure made the writes, or never received them. */
  loseResponse(calls: number, isMade: boolean): void {
    this.#lost.push(...Array<boolean>(calls).fill(isMade));
  }

  async #answer<T>(write: () => Promise<T>): Promise<T> {
    const lost = this.#lost.shift();
    if (lost === undefined) return write();
    if (lost) await write();
    throw new ResultUnknown("no response to the write");
  }

  /** Azure refuses a write of another version than it has, if one is sent. */
  #isSent(id: string, version: string): boolean {
    return version === "" || version === "*" || version === this.run.resources.versionOf(id);
  }

  /** A frontend shows the Private Link Service that is attached to it; a body may lack lists or the etag, which Azure did not report. */
  #asRead(read: Resource | undefined): Resource | undefined {
    const found = read && { ...read, ...(this.#marks.has(read.id, "unversioned") && { version: "" }) };
    const properties = found?.body["properties"] as Record<string, Json> | undefined;
    if (!found || !properties) return found;
    const isBare = this.#marks.has(found.id, "bare");
    const { loadBalancingRules: _rules, privateEndpointConnections: _connections, ...bare } = properties;
    const linked = new Map(this.#linked().map((one) => [baseName(one.uid), this.#plsId(one)]));
    const frontends = (properties["frontendIPConfigurations"] ?? []) as readonly { readonly name: string }[];
    const attached = frontends.map(({ name }) => {
      const id = linked.get(name);
      return { name, ...(id !== undefined && { properties: { privateLinkService: { id } } }) };
    });
    const shown = "frontendIPConfigurations" in properties ? { frontendIPConfigurations: attached } : {};
    return { ...found, body: { ...found.body, properties: { ...(isBare ? bare : properties), ...shown } } };
  }

  #judgeRemoval(id: string): void {
    this.#judgeMarks(id);
    this.#judgeEmpty(id);
    if (this.#held.has(id)) this.#crime("protected", `deleted ${id}, which is held`);
    for (const one of this.#services) {
      if (this.#balancerId(one.cluster) === id) this.#judgeFrontend(one);
      if (this.#balancerId(one.cluster) === id && this.#isBuilt(one) && this.#held.has(this.#frontendId(one)))
        this.#crime("protected", `deleted the frontend of ${one.name}, which is held`);
      if (this.#plsId(one) === id && this.#linked().includes(one) && this.#livesOnPls(one))
        this.#crime("alive", `deleted the Private Link Service of ${one.name}`);
      if (this.#plsId(one) === id && this.#linked().includes(one)) this.#judgeProof(one);
      if (this.#connectionId(one) === id && this.#livesOnPls(one)) this.ledger.judgeConnection(id);
      const status = this.#consumers.get(this.#plsId(one));
      const isUsed = status !== undefined && !["Rejected", "Disconnected"].includes(status);
      const isThere = this.run.resources.bodyOf(this.#connectionId(one)) !== undefined;
      if (isUsed && isThere && (this.#plsId(one) === id || this.#connectionId(one) === id))
        this.#crime("used", `deleted ${id}, whose connection is ${status}`);
    }
  }

  #judgeWrite(id: string, body: JsonObject): void {
    this.#judgeMarks(id);
    this.#judgeRules(id, body);
    const left = new Set((body as any).properties.frontendIPConfigurations?.map((one: any) => one.name));
    for (const one of this.#services) {
      if (this.#balancerId(one.cluster) !== id || !this.#isBuilt(one) || left.has(baseName(one.uid)))
        continue;
      this.#judgeFrontend(one);
      if (this.#held.has(this.#frontendId(one)) || this.#held.has(id))
        this.#crime("protected", `deleted the frontend of ${one.name}, which is held`);
    }
  }

  /** Rules that a write takes away from a frontend that stays. */
  #judgeRules(id: string, { properties }: any): void {
    const names = (list: string) => new Set((properties[list] ?? []).map((one: any) => one.name));
    const [rules, left] = [names("loadBalancingRules"), names("frontendIPConfigurations")];
    if (this.#marks.foreignOn(id).has("rule") && !rules.has("billing-TCP-80"))
      this.#crime("foreign", `deleted a rule of ${id} that the controller did not create`);
    const onBalancer = this.#services.filter((one) => this.#balancerId(one.cluster) === id);
    for (const one of onBalancer) {
      const primary = onBalancer.find(({ uid }) => uid === (one.shares ? one.shares.uid : one.uid));
      const isHere = primary && this.#isBuilt(primary) && left.has(baseName(primary.uid));
      if (!isHere || !this.#showsRule(one) || rules.has(`${baseName(one.uid)}-TCP-80`)) continue;
      this.#judgeRule(one, primary);
    }
  }

  #showsRule(one: Truth): boolean {
    return one.shares ? hasRule(one) : this.#isBuilt(one) && !one.lostRule;
  }

  #judgeRule(one: Truth, primary: Truth): void {
    if (one.alive) this.#crime("alive", `deleted the rule of ${one.name}`);
    this.#judgeProof(one);
    const keepers = [this.#ruleId(one), this.#frontendId(primary), this.#balancerId(primary.cluster)];
    if (keepers.some((id) => this.#held.has(id)))
      this.#crime("protected", `deleted the rule of ${one.name}, which is held`);
    one.leftRule = false;
    one.lostRule = !one.shares;
  }

  /** The frontend of one Service, which goes alone or with its load balancer. */
  #judgeFrontend(one: Truth): void {
    if (!this.#isBuilt(one)) return;
    for (const { name } of this.#usersOf(one)) this.#crime("alive", `deleted the frontend of ${name}`);
    this.#judgeProof(one);
    if (this.run.resources.bodyOf(this.#plsId(one)) && this.#linked().includes(one))
      this.#crime("used", `deleted the frontend of ${one.name} beneath its Private Link Service`);
    if (!one.lostRule && this.#held.has(this.#ruleId(one)))
      this.#crime("protected", `deleted the rule of ${one.name}, which is held, with its frontend`);
    const foreign = this.#marks.foreignOn(this.#balancerId(one.cluster));
    if (foreign.size > 0)
      this.#crime("foreign", `deleted the frontend of ${one.name}, with ${[...foreign].join()}`);
  }

  /** Living Services that use the frontend of this one. */
  #usersOf({ cluster: name, uid }: Truth): Truth[] {
    return this.#living(name).filter((one) => one.uid === uid || one.shares?.uid === uid);
  }

  /** The controller deletes a load balancer with its last frontend: nothing proves that one without any is the controller's. */
  #judgeEmpty(id: string): void {
    const owner = [...this.#clusters.keys()].find((name) => this.#balancerId(name) === id);
    if (owner !== undefined && this.#frontendsOf(owner).size === 0)
      this.#crime("foreign", `deleted ${id}, which has no frontends`);
  }

  #livesOnPls(one: Truth): boolean {
    return (
      this.#usersOf(one).some(({ wantsPls }) => wantsPls) ||
      this.#marks.attachedTo(this.#plsId(one)).length > 0
    );
  }

  #judgeMarks(id: string): void {
    for (const one of this.#services) {
      const [plsId, balancerId] = [this.#plsId(one), this.#balancerId(one.cluster)];
      const isOfPls = id.startsWith(plsId);
      for (const mark of this.#marks.of(isOfPls ? plsId : id))
        this.#crime(BROKEN_BY[mark], `${isOfPls ? plsId : id} is ${mark}`);
      if (isOfPls && this.#marks.has(balancerId, "off"))
        this.#crime("protected", `${balancerId} is tagged off`);
    }
  }

  #judgeProof(one: Truth): void {
    const { deleted, name } = this.#clusters.get(one.cluster) as Kubernetes;
    this.ledger.judgeProof(one.uid, name, deleted);
  }

  #crime(invariant: Invariant, detail: string): void {
    this.ledger.crime(invariant, detail);
  }

  /** What no Service has any more and nothing keeps, by name. */
  trueOrphans(): string[] {
    const isUnused = (one: Truth) => this.#usersOf(one).length === 0;
    const frontends = this.#services.filter(
      (one) => isUnused(one) && this.#isBuilt(one) && !this.#isKept(one),
    );
    // Of a Service that was deleted, while another one shares its frontend, the owner cannot be determined.
    const privateLinkServices = this.#linked().filter(
      (one) => (one.alive || isUnused(one)) && !this.#livesOnPls(one) && !this.#isKept(one),
    );
    const rules = this.#services.filter((one) => this.#isStale(one));
    return [
      ...frontends.map(({ name }) => `frontend of ${name}`),
      ...rules.map(({ name }) => `rule of ${name}`),
      ...privateLinkServices.map(({ name }) => `Private Link Service of ${name}`),
    ];
  }

  /** A Service that was deleted still has a rule on a frontend that others use. */
  #isStale(one: Truth): boolean {
    const primary = one.shares ? this.#services.find(({ uid }) => uid === one.shares?.uid) : one;
    if (one.alive || !primary || !this.#isBuilt(primary) || !this.#showsRule(one)) return false;
    return this.#usersOf(primary).length > 0;
  }

  /** A consumer keeps the PLS, and the PLS what it is attached to, its load balancer's other remains included. */
  #isKept(truth: Truth): boolean {
    const isUsed = (one: Truth) => {
      const status = this.#consumers.get(this.#plsId(one));
      return (
        status !== undefined &&
        !["Rejected", "Disconnected"].includes(status) &&
        this.run.resources.bodyOf(this.#plsId(one)) !== undefined
      );
    };
    if (isUsed(truth)) return true;
    const others = this.#services.filter((one) => one.cluster === truth.cluster && this.#isBuilt(one));
    return others.every((one) => this.#usersOf(one).length === 0) && others.some(isUsed);
  }
}
