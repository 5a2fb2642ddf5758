/** An Azure and its clusters that know the truth: what is alive may never be deleted, and whoever does so is found out. */
import { Service } from "../../shared/annotations/service.ts";
import type { JsonObject } from "../../shared/changes/resources.ts";
import { baseName } from "../../shared/intents/frontendName.ts";
import { remember } from "../../shared/intents/remember.ts";
import { takeSnapshot } from "../../shared/intents/snapshot.ts";
import { parseIntent } from "../../shared/annotations/parse.ts";
import type { Connection } from "../../shared/network/model.ts";
import { balancer, cluster, frontend, link, linkIdIn } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

const A = "service.beta.kubernetes.io/azure-";
const DAY = 86_400;

interface Truth {
  readonly cluster: string;
  readonly name: string;
  readonly uid: string;
  alive: boolean;
  wantsLink: boolean;
}

type Consumer = "Approved" | "Disconnected";

export class Estate {
  readonly run: MemoryRun = memoryRun();
  /** What was deleted although it was alive. */
  readonly crimes: string[] = [];
  readonly #clusters = new Map<string, { gone: boolean; heardDay: number; heard: number }>();
  readonly #services: Truth[] = [];
  readonly #consumers = new Map<string, Consumer>();

  async begin(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const value = this.#registered(name);
      await this.run.tables.clusters.transact("all", [{ do: "put", key: name, value }]);
      this.run.resources.place(value.resourceId, { properties: { provisioningState: "Succeeded" } });
      this.#clusters.set(name, { gone: false, heardDay: 0, heard: 0 });
      this.run.resources.place(this.#balancerId(name), this.#body([]));
    }
    this.#watch();
    this.render();
  }

  #registered(name: string) {
    const resourceId = cluster().resourceId.replace(/one$/, name);
    return cluster({ name, resourceId, nodeResourceGroup: `MC_${name}` });
  }

  #balancerId(name: string): string {
    return balancer().id.replace("MC_one", `MC_${name}`);
  }

  #linkId({ cluster: owner, name }: Truth): string {
    return linkIdIn(`pls-${name}`, `MC_${owner}`);
  }

  #body(services: readonly Truth[]): JsonObject {
    const items = services.map(({ uid }) => ({ name: baseName(uid) }));
    const rules = services.map(({ uid }) => ({ name: `${baseName(uid)}-TCP-80` }));
    return {
      properties: {
        provisioningState: "Succeeded",
        frontendIPConfigurations: items,
        loadBalancingRules: rules,
      },
    };
  }

  pick(n: number, fits: (one: Truth) => boolean): Truth | undefined {
    const some = this.#services.filter(fits);
    return some[n % Math.max(some.length, 1)];
  }

  clusterAt(n: number): string {
    return [...this.#clusters.keys()][n % this.#clusters.size] ?? "";
  }

  /** A Service is made and built; admission hears of it, or not. */
  async make(n: number, wantsLink: boolean, isHeard: boolean): Promise<void> {
    const name = this.clusterAt(n);
    if (this.#clusters.get(name)?.gone) return;
    const count = this.#services.length;
    const uid = `${String(count).padStart(8, "0")}-0000-4000-8000-000000000000`;
    const truth: Truth = { cluster: name, name: `s${count}`, uid, alive: true, wantsLink };
    this.#services.push(truth);
    this.#build(truth);
    if (isHeard) await this.#hear(truth);
  }

  #build(truth: Truth): void {
    const id = this.#balancerId(truth.cluster);
    const there = this.#frontendsOf(truth.cluster);
    const all = this.#services.filter((one) => there.has(baseName(one.uid)) || one === truth);
    this.run.resources.place(id, this.#body(all.filter((one) => one.cluster === truth.cluster)));
    if (truth.wantsLink) this.#buildLink(truth);
    this.render();
  }

  #buildLink(truth: Truth): void {
    const tags = { "k8s-azure-cluster-name": "kubernetes", "k8s-azure-owner-service": `shop/${truth.name}` };
    this.run.resources.place(this.#linkId(truth), { tags, properties: { provisioningState: "Succeeded" } });
  }

  #frontendsOf(name: string): Set<string> {
    const body = this.run.resources.bodyOf(this.#balancerId(name)) as any;
    return new Set((body?.properties.frontendIPConfigurations ?? []).map((one: any) => one.name));
  }

  /** The Service goes; the controller hears of it, or everything stays behind. */
  async end(n: number, isCleaned: boolean): Promise<void> {
    const truth = this.pick(n, ({ alive }) => alive);
    if (!truth) return;
    truth.alive = false;
    if (!isCleaned) return;
    this.#consumers.delete(this.#linkId(truth));
    this.run.resources.vanish(this.#linkId(truth));
    this.run.resources.vanish(this.#connectionId(truth));
    const left = this.#services.filter(
      (one) =>
        one !== truth &&
        one.cluster === truth.cluster &&
        this.#frontendsOf(one.cluster).has(baseName(one.uid)),
    );
    this.run.resources.place(this.#balancerId(truth.cluster), this.#body(left));
    this.render();
  }

  /** A Service that was thought lost is there again, as it was: a controller's outage, a restored backup. */
  async revive(n: number, isHeard: boolean): Promise<void> {
    const truth = this.pick(n, (one) => !one.alive && !this.#clusters.get(one.cluster)?.gone);
    if (!truth) return;
    truth.alive = true;
    this.#build(truth);
    if (isHeard) await this.#hear(truth);
  }

  async withdrawLink(n: number): Promise<void> {
    const truth = this.pick(n, ({ alive, wantsLink }) => alive && wantsLink);
    if (!truth) return;
    truth.wantsLink = false;
    await this.#hear(truth);
  }

  consumer(n: number, status: Consumer): void {
    const truth = this.pick(n, (one) => this.run.resources.bodyOf(this.#linkId(one)) !== undefined);
    if (!truth) return;
    this.#consumers.set(this.#linkId(truth), status);
    this.run.resources.place(this.#connectionId(truth), {
      properties: { provisioningState: "Succeeded", privateLinkServiceConnectionState: { status } },
    });
    this.render();
  }

  #connectionId(truth: Truth): string {
    return `${this.#linkId(truth)}/privateEndpointConnections/pe`;
  }

  async #hear(truth: Truth): Promise<void> {
    const observedAtUtc = this.run.clock.nowUtc;
    const key = { cluster: truth.cluster, namespace: "shop", name: truth.name, uid: truth.uid };
    await remember(this.run, {
      ...key,
      origin: "admission",
      observedAtUtc,
      intent: parseIntent(this.#service(truth)),
    });
  }

  #service({ name, uid, wantsLink }: Truth): Service {
    const annotations = {
      [`${A}load-balancer-internal`]: "true",
      ...(wantsLink && { [`${A}pls-create`]: "true" }),
    };
    return Service.parse({
      metadata: { name, namespace: "shop", uid, annotations },
      spec: { type: "LoadBalancer" },
    });
  }

  /** The cluster's list; a lie leaves out more than half of what it had within a week, as a broken reader would. */
  async snapshot(n: number, isLie: boolean): Promise<void> {
    const name = this.clusterAt(n);
    const state = this.#clusters.get(name);
    if (!state || state.gone) return;
    const all = this.#services.filter((one) => one.cluster === name && one.alive);
    const today = Math.floor(Date.parse(this.run.clock.nowUtc) / 1000 / DAY);
    const told = isLie ? all.slice(0, Math.ceil(state.heard / 2) - 1) : all;
    // Lies that nobody could tell from the truth are not told.
    if (isLie && (told.length * 2 >= state.heard || today - state.heardDay >= 7)) return;
    if (!isLie) Object.assign(state, { heardDay: today, heard: all.length });
    await takeSnapshot(
      this.run,
      name,
      told.map((one) => this.#service(one)),
    ).catch(() => undefined);
  }

  /** The managed cluster is deleted; its resources stay behind. */
  deleteCluster(n: number): void {
    const name = this.clusterAt(n);
    const state = this.#clusters.get(name);
    if (!state) return;
    state.gone = true;
    for (const one of this.#services) if (one.cluster === name) one.alive = false;
    this.run.resources.vanish(this.#registered(name).resourceId);
  }

  /** Lists say what single reads say. */
  render(): void {
    this.run.network.balancers = [...this.#clusters.keys()].flatMap((name) => {
      const id = this.#balancerId(name);
      if (!this.run.resources.bodyOf(id)) return [];
      const there = this.#frontendsOf(name);
      const frontends = [...there].map((one, n) => frontend({ name: one, address: `10.0.1.${n + 10}` }, id));
      const rules = frontends.map((one) => ({
        id: `${id}/loadBalancingRules/${one.name}-TCP-80`,
        name: `${one.name}-TCP-80`,
        frontendId: one.id,
        protocol: "Tcp",
        port: 80,
        poolIds: [],
      }));
      return [balancer({ id, frontends, rules })];
    });
    this.run.network.allLinks = this.#services
      .filter((one) => this.run.resources.bodyOf(this.#linkId(one)))
      .map((one) => {
        const id = this.#linkId(one);
        const status = this.#consumers.get(id);
        const dead = this.run.resources.bodyOf(this.#connectionId(one)) === undefined;
        const connections: Connection[] =
          status === undefined || dead
            ? []
            : [{ id: this.#connectionId(one), name: "pe", status, description: "" }];
        const tags = {
          "k8s-azure-cluster-name": "kubernetes",
          "k8s-azure-owner-service": `shop/${one.name}`,
        };
        const frontendIds = [
          `${this.#balancerId(one.cluster)}/frontendIPConfigurations/${baseName(one.uid)}`,
        ];
        return { ...link({ name: `pls-${one.name}`, tags, frontendIds, connections }), id };
      });
  }

  /** Every removal is held against the truth at the moment of it. */
  #watch(): void {
    const { resources } = this.run;
    const remove = resources.remove.bind(resources);
    const write = resources.write.bind(resources);
    resources.remove = async (id, version) => {
      for (const one of this.#services) {
        const isAlive =
          one.alive &&
          [this.#balancerId(one.cluster), ...(one.wantsLink ? [this.#linkId(one)] : [])].includes(id);
        if (isAlive) this.crimes.push(`deleted ${id} of living ${one.name}`);
        if (id === this.#linkId(one) && this.#consumers.get(id) === "Approved")
          this.crimes.push(`deleted ${id} in use`);
        if (id === this.#connectionId(one) && this.#consumers.get(this.#linkId(one)) === "Approved")
          this.crimes.push(`deleted connection ${id} in use`);
      }
      await remove(id, version);
      this.render();
    };
    resources.write = async (id, body, version) => {
      const left = new Set((body as any).properties.frontendIPConfigurations?.map((one: any) => one.name));
      for (const one of this.#services)
        if (
          one.alive &&
          this.#balancerId(one.cluster) === id &&
          this.#frontendsOf(one.cluster).has(baseName(one.uid)) &&
          !left.has(baseName(one.uid))
        )
          this.crimes.push(`took the frontend of living ${one.name}`);
      const written = await write(id, body, version);
      this.render();
      return written;
    };
  }

  /** What nobody has any more and nothing speaks for, by name. */
  trueOrphans(): string[] {
    const frontends = this.#services.filter(
      (one) => !one.alive && this.#frontendsOf(one.cluster).has(baseName(one.uid)) && !this.#isUsed(one),
    );
    const links = this.#services.filter(
      (one) =>
        !(one.alive && one.wantsLink) && this.run.resources.bodyOf(this.#linkId(one)) && !this.#isUsed(one),
    );
    return [
      ...frontends.map(({ name }) => `frontend of ${name}`),
      ...links.map(({ name }) => `link of ${name}`),
    ];
  }

  /** A consumer keeps the link, and the link what it stands on, its load balancer's other remains included. */
  #isUsed(truth: Truth): boolean {
    if (this.#consumers.get(this.#linkId(truth)) === "Approved") return true;
    const others = this.#services.filter((one) => one.cluster === truth.cluster);
    const isWhole = others.every(
      (one) => !one.alive || !this.#frontendsOf(one.cluster).has(baseName(one.uid)),
    );
    return (
      isWhole &&
      others.some(
        (one) =>
          this.#consumers.get(this.#linkId(one)) === "Approved" &&
          this.run.resources.bodyOf(this.#linkId(one)) !== undefined,
      )
    );
  }
}
