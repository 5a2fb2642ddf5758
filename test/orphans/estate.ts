/**
 * An Azure and its clusters that know the truth, and everything that may be said of them that is not true: what is alive may never be
 * deleted, and whoever deletes it is found out at the moment of the write.
 */
import { Service } from "../../shared/annotations/service.ts";
import { parseIntent } from "../../shared/annotations/parse.ts";
import type { JsonObject } from "../../shared/changes/resources.ts";
import { forgetDeclared } from "../../shared/clusters/registry.ts";
import { propose } from "../../shared/declarations/proposals.ts";
import { baseName } from "../../shared/intents/frontendName.ts";
import type { Connection } from "../../shared/network/model.ts";
import { hold } from "../../shared/orphans/hold.ts";
import { Reporter, internalService, type ReportedService } from "../builders/reports.ts";
import {
  balancer,
  cluster,
  connection,
  frontend,
  identity,
  link,
  linkBody,
  linkIdIn,
  managedCluster,
} from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

interface Truth {
  readonly cluster: string;
  readonly name: string;
  readonly uid: string;
  alive: boolean;
  wantsLink: boolean;
  version: number;
}

interface Kubernetes {
  readonly name: string;
  reporter: Reporter;
  /** The managed cluster and all that ran in it. */
  deleted: boolean;
  /** Members of its load balancer's backend pool. */
  nodes: number;
}

export type Level = "balancer" | "frontend" | "link" | "connection";

export class Estate {
  readonly run: MemoryRun = memoryRun();
  /** What was deleted although it was alive, in use or held. */
  readonly crimes: string[] = [];
  readonly #clusters = new Map<string, Kubernetes>();
  readonly #services: Truth[] = [];
  readonly #consumers = new Map<string, string>();
  readonly #held = new Set<string>();
  /** Lists of Azure that lack their last item, by method, for so many calls. */
  #truncated: { method: string; calls: number } | undefined;

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
      this.run.resources.place(this.#balancerId(name), this.#body([]));
    }
    this.#watch();
    this.#truncate();
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

  #balancerId(name: string): string {
    return balancer().id.replace("MC_one", `MC_${name}`);
  }

  #linkId({ cluster: owner, name }: Truth): string {
    return linkIdIn(`pls-${name}`, `MC_${owner}`);
  }

  #connectionId(truth: Truth): string {
    return `${this.#linkId(truth)}/privateEndpointConnections/pe`;
  }

  #body(services: readonly Truth[]): JsonObject {
    const items = services.map(({ uid }) => ({ name: baseName(uid) }));
    const rules = services.map(({ uid }) => ({ name: `${baseName(uid)}-TCP-80` }));
    return {
      properties: {
        provisioningState: "Succeeded",
        frontendIPConfigurations: items,
        loadBalancingRules: rules,
        backendAddressPools: [{ name: "kubernetes" }],
      },
    };
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
  async make(n: number, wantsLink: boolean, isSeen: boolean): Promise<void> {
    const { name, deleted } = this.clusterAt(n);
    if (deleted) return;
    const truth = this.#born(name, wantsLink);
    this.#build(truth);
    if (isSeen) await this.#propose(truth);
  }

  #born(name: string, wantsLink: boolean): Truth {
    const count = this.#services.length;
    const uid = `${String(count).padStart(8, "0")}-0000-4000-8000-000000000000`;
    const truth = {
      cluster: name,
      name: `s${count}`,
      uid,
      alive: true,
      wantsLink,
      version: this.#next(name),
    };
    this.#services.push(truth);
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
    truth.version = this.#next(truth.cluster);
    if (isCleaned) this.#clean(truth);
  }

  #clean(truth: Truth): void {
    this.#consumers.delete(this.#linkId(truth));
    this.run.resources.vanish(this.#linkId(truth));
    this.run.resources.vanish(this.#connectionId(truth));
    const left = this.#builtIn(truth.cluster).filter((one) => one !== truth);
    this.run.resources.place(this.#balancerId(truth.cluster), this.#body(left));
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
    const truth = { ...old, uid, alive: true, version: this.#next(old.cluster) };
    this.#services.push(truth);
    this.#build(truth);
    if (isSeen) await this.#propose(truth);
  }

  async withdrawLink(n: number): Promise<void> {
    const truth = this.pick(n, (one) => one.alive && one.wantsLink);
    if (!truth) return;
    truth.wantsLink = false;
    truth.version = this.#next(truth.cluster);
    await this.#propose(truth);
  }

  /** A Service declares its Private Link Service again, and the controller builds or writes it, in one go. */
  declareLink(n: number): void {
    const truth = this.pick(n, (one) => one.alive && !one.wantsLink && this.#isBuilt(one));
    if (!truth) return;
    truth.wantsLink = true;
    truth.version = this.#next(truth.cluster);
    this.#build(truth);
  }

  /** Admission sees what the API server then refuses, or what was true long ago. */
  async propose(n: number, what: "create" | "delete" | "withdraw" | "late"): Promise<void> {
    const truth = this.pick(n, ({ alive }) => alive === (what !== "late"));
    if (!truth) return;
    if (what === "create") return this.#propose({ ...truth, uid: `fresh-${this.#services.length}-${n}` });
    if (what === "withdraw") return this.#propose({ ...truth, wantsLink: false });
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

  #reported({ name, uid, wantsLink, version }: Truth): ReportedService {
    const settings = wantsLink ? { "pls-create": "true" } : {};
    return { ...internalService(name, settings), uid, resourceVersion: String(version) };
  }

  // Reports: true ones, and those of another cluster.

  /** A complete list, or one that lacks Services once. */
  async list(n: number, lacks = 0): Promise<void> {
    const kubernetes = this.clusterAt(n);
    if (kubernetes.deleted) return;
    const all = this.#living(kubernetes.name).map((one) => this.#reported(one));
    await kubernetes.reporter.list(all.slice(0, Math.max(all.length - lacks, 0))).catch(() => undefined);
    if (lacks > 0) await kubernetes.reporter.list(all).catch(() => undefined);
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
  }

  /** The manifest of this cluster, applied to another one. */
  async foreign(n: number): Promise<void> {
    const { name } = this.clusterAt(n);
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
    await this.run.tables.clusters.transact("all", [{ do: "put", key: value.name, value }]);
  }

  async unduplicate(): Promise<void> {
    for (const name of this.#clusters.keys())
      await this.run.tables.clusters.transact("all", [{ do: "remove", key: `${name}-old` }]);
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
      const truth = this.#born(name, one.wantsLink);
      this.#build(truth);
    }
    if (isConfirmed) await this.#rebind(kubernetes);
  }

  /** Reports are what they are to be from now on. */
  async rebind(n: number): Promise<void> {
    await this.#rebind(this.clusterAt(n));
  }

  async #rebind({ name, reporter }: Kubernetes): Promise<void> {
    const row = await this.run.tables.clusters.get("all", name);
    if (!row || row.value.identity?.uid === reporter.identity) return;
    const value = { ...row.value, identity: identity(reporter.identity) };
    await this.run.tables.clusters.transact("all", [{ do: "put", key: name, value }]);
    await forgetDeclared(this.run, name);
  }

  // Azure.

  /** The managed cluster is deleted with its nodes; its resources stay behind. */
  deleteCluster(n: number): void {
    const kubernetes = this.clusterAt(n);
    kubernetes.deleted = true;
    kubernetes.nodes = 0;
    for (const one of this.#living(kubernetes.name)) one.alive = false;
    this.render();
  }

  consumer(n: number, status: string): void {
    const truth = this.pick(n, (one) => this.run.resources.bodyOf(this.#linkId(one)) !== undefined);
    if (!truth) return;
    this.#consumers.set(this.#linkId(truth), status);
    this.run.resources.place(this.#connectionId(truth), {
      properties: { provisioningState: "Succeeded", privateLinkServiceConnectionState: { status } },
    });
    this.#placeLink(truth);
    this.render();
  }

  async hold(n: number, level: Level): Promise<void> {
    const truth = this.pick(n, () => true);
    if (!truth) return;
    const balancerId = this.#balancerId(truth.cluster);
    const ids: Readonly<Record<Level, string>> = {
      balancer: balancerId,
      frontend: `${balancerId}/frontendIPConfigurations/${baseName(truth.uid)}`,
      link: this.#linkId(truth),
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

  /** ARM filters a list by rights, or cuts it short. */
  truncate(method: string, calls: number): void {
    this.#truncated = { method, calls };
  }

  heal(): void {
    this.#truncated = undefined;
    this.run.resources.calls.heal();
    this.run.network.calls.heal();
  }

  #truncate(): void {
    const { network } = this.run;
    for (const method of ["loadBalancers", "links", "managedClusters"] as const) {
      const whole = network[method].bind(network) as (subscription: string) => Promise<readonly unknown[]>;
      Object.assign(network, {
        [method]: async (subscription: string) => {
          const all = await whole(subscription);
          const { method: cut, calls } = this.#truncated ?? { method: "", calls: 0 };
          if (cut !== method || calls < 1) return all;
          this.#truncated = { method, calls: calls - 1 };
          return all.slice(0, -1);
        },
      });
    }
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
    const all = [...this.#builtIn(truth.cluster).filter((one) => one !== truth), truth];
    this.run.resources.place(this.#balancerId(truth.cluster), this.#body(all));
    if (truth.wantsLink) this.#placeLink(truth);
    this.render();
  }

  /** Its list of connections is part of the Private Link Service: with a connection its version changes, too. */
  #placeLink(truth: Truth): void {
    const isThere = this.run.resources.bodyOf(this.#connectionId(truth)) !== undefined;
    const status = isThere ? this.#consumers.get(this.#linkId(truth)) : undefined;
    const connections = status === undefined ? [] : [connection({ id: this.#connectionId(truth), status })];
    const tags = { "k8s-azure-cluster-name": "kubernetes", "k8s-azure-owner-service": `shop/${truth.name}` };
    this.run.resources.place(this.#linkId(truth), linkBody(link({ tags, connections })));
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
        managedCluster({ id: this.#registered(name).resourceId, nodeResourceGroup: `MC_${name}` }),
      );
    network.balancers = [...this.#clusters.values()].flatMap((one) => this.#rendered(one));
    network.allLinks = this.#linked().map((one) => this.#renderedLink(one));
  }

  #rendered({ name, nodes }: Kubernetes) {
    const id = this.#balancerId(name);
    if (!this.run.resources.bodyOf(id)) return [];
    const names = [...this.#frontendsOf(name)];
    const addressOf = (one: string) =>
      `10.0.1.${this.#services.findIndex(({ uid }) => baseName(uid) === one)}`;
    const frontends = names.map((one) => frontend({ name: one, address: addressOf(one) }, id));
    const pools = [{ id: `${id}/backendAddressPools/kubernetes`, name: "kubernetes", members: nodes }];
    return [balancer({ id, frontends, pools })];
  }

  /** The newest Service of each Private Link Service, which its frontend is named for. */
  #linked(): Truth[] {
    const there = this.#services.filter((one) => this.run.resources.bodyOf(this.#linkId(one)));
    return [...new Map(there.map((one) => [this.#linkId(one), one])).values()];
  }

  #renderedLink(one: Truth) {
    const id = this.#linkId(one);
    const status = this.#consumers.get(id);
    const isThere = status !== undefined && this.run.resources.bodyOf(this.#connectionId(one)) !== undefined;
    const connections: Connection[] = isThere
      ? [{ id: this.#connectionId(one), name: "pe", status, description: "" }]
      : [];
    const tags = { "k8s-azure-cluster-name": "kubernetes", "k8s-azure-owner-service": `shop/${one.name}` };
    const frontendIds = [`${this.#balancerId(one.cluster)}/frontendIPConfigurations/${baseName(one.uid)}`];
    const version = this.run.resources.versionOf(id) ?? "";
    return { ...link({ name: `pls-${one.name}`, tags, frontendIds, connections, version }), id };
  }

  /** Every removal is held against the truth at the moment of it. */
  #watch(): void {
    const { resources } = this.run;
    const remove = resources.remove.bind(resources);
    const write = resources.write.bind(resources);
    resources.remove = async (id, version) => {
      this.#judgeRemoval(id);
      await remove(id, version);
      this.render();
    };
    resources.write = async (id, body, version) => {
      this.#judgeWrite(id, body);
      const written = await write(id, body, version);
      this.render();
      return written;
    };
  }

  #judgeRemoval(id: string): void {
    if (this.#held.has(id)) this.crimes.push(`deleted ${id}, which is held`);
    for (const one of this.#services) {
      if (one.alive && this.#isBuilt(one) && this.#balancerId(one.cluster) === id)
        this.crimes.push(`deleted the load balancer of living ${one.name}`);
      const isLinks = this.#linkId(one) === id;
      if (isLinks && one.alive && one.wantsLink) this.crimes.push(`deleted the link of living ${one.name}`);
      const status = this.#consumers.get(this.#linkId(one));
      const isUsed = status !== undefined && !["Rejected", "Disconnected"].includes(status);
      const isThere = this.run.resources.bodyOf(this.#connectionId(one)) !== undefined;
      if (isUsed && isThere && (isLinks || this.#connectionId(one) === id))
        this.crimes.push(`deleted ${id}, whose connection is ${status}`);
    }
  }

  #judgeWrite(id: string, body: JsonObject): void {
    const left = new Set((body as any).properties.frontendIPConfigurations?.map((one: any) => one.name));
    for (const one of this.#services) {
      if (this.#balancerId(one.cluster) !== id || !this.#isBuilt(one) || left.has(baseName(one.uid)))
        continue;
      if (one.alive) this.crimes.push(`took the frontend of living ${one.name}`);
      const frontendId = `${id}/frontendIPConfigurations/${baseName(one.uid)}`;
      if (this.#held.has(frontendId) || this.#held.has(id))
        this.crimes.push(`took ${frontendId}, which is held`);
    }
  }

  /** What no Service has any more and nothing keeps, by name. */
  trueOrphans(): string[] {
    const frontends = this.#services.filter((one) => !one.alive && this.#isBuilt(one) && !this.#isKept(one));
    const links = this.#linked().filter((one) => !(one.alive && one.wantsLink) && !this.#isKept(one));
    return [
      ...frontends.map(({ name }) => `frontend of ${name}`),
      ...links.map(({ name }) => `link of ${name}`),
    ];
  }

  /** A consumer keeps the link, and the link what it is attached to, its load balancer's other remains included. */
  #isKept(truth: Truth): boolean {
    const isUsed = (one: Truth) => {
      const status = this.#consumers.get(this.#linkId(one));
      return (
        status !== undefined &&
        !["Rejected", "Disconnected"].includes(status) &&
        this.run.resources.bodyOf(this.#linkId(one)) !== undefined
      );
    };
    if (isUsed(truth)) return true;
    const others = this.#services.filter((one) => one.cluster === truth.cluster);
    return others.every((one) => !one.alive || !this.#isBuilt(one)) && others.some(isUsed);
  }
}
