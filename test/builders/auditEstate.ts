/**
 * An estate of several subscriptions to audit, each with a cluster, its Service and the Service's PLS, and a host that hands the drift
 * queue's messages to the worker as Azure's does: what fails comes again, five times at most.
 */
import { settle } from "../../functions/outcome.ts";
import { deliveriesLeft } from "../../shared/storage/queues/retryRules.ts";
import { auditWork } from "../../shared/audit/auditWork.ts";
import { listChecks } from "../../shared/audit/checks.ts";
import type { Finding } from "../../shared/findings/finding.ts";
import { isUnresolved } from "../../shared/findings/finding.ts";
import type { PrivateLinkService } from "../../shared/azure/networkModel.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import type { Run } from "../../shared/ports/ports.ts";
import type { WorkItem } from "../../shared/ports/queue.ts";
import { crashAt, Crashed } from "../memory/crashing.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";
import {
  balancer,
  cluster,
  declared,
  feed,
  intent,
  pls,
  plsIntent,
  managedCluster,
  subnetRow,
  VNET,
} from "./world.ts";

export const NAMES = ["one", "two", "three"] as const;
export type Name = (typeof NAMES)[number];

/** What a PLS may be like. */
export const LOOKS = {
  declared: {},
  visible: { visibility: ["*"] },
  approving: { autoApproval: ["22222222-2222-2222-2222-222222222222"] },
  both: { visibility: ["*"], autoApproval: ["22222222-2222-2222-2222-222222222222"] },
} satisfies Record<string, Partial<PrivateLinkService>>;
export type Look = keyof typeof LOOKS | "gone";

export const CHECKED = ["pls-visibility-differs", "pls-auto-approval-differs", "pls-missing"];

export function subscriptionOf(name: Name): string {
  return SUBSCRIPTION.replaceAll("1", String(NAMES.indexOf(name) + 1));
}

/** The same thing in that subscription. */
function within<T>(name: Name, value: T): T {
  const text = JSON.stringify(value).replaceAll(SUBSCRIPTION, subscriptionOf(name));
  return JSON.parse(text.replaceAll("MC_one", `MC_${name}`)) as T;
}

export interface Message {
  readonly item: WorkItem;
  deliveries: number;
}

export class AuditEstate {
  readonly run: MemoryRun;
  /** On the drift queue, in the order in which they were sent. */
  readonly messages: Message[] = [];
  /** Messages that failed five times. */
  readonly poison: WorkItem[] = [];
  readonly #unreadable = new Set<string>();

  private constructor() {
    this.run = memoryRun({ subscriptions: NAMES.map(subscriptionOf) });
    const { network } = this.run;
    const record = network.calls.record.bind(network.calls);
    network.calls.record = async (method, ...args) => {
      await record(method, ...args);
      if (method === "privateLinkServices" && this.#unreadable.has(String(args[0])))
        throw new Error("gateway timeout");
    };
  }

  static async create(): Promise<AuditEstate> {
    const estate = new AuditEstate();
    const { run } = estate;
    for (const name of NAMES) {
      const own = within(name, cluster({ nodeResourceGroup: `MC_${name}` }));
      const value = { ...own, name, vnetId: VNET };
      await run.tables.clusters.transact("all", [{ do: "put", key: name, value }]);
      await run.tables.feeds.transact("all", [{ do: "put", key: name, value: feed({ cluster: name }) }]);
      const service = declared({ cluster: name, intent: intent({ pls: plsIntent() }) });
      await run.tables.declarations.transact(name, [
        { do: "put", key: "shop/web", value: within(name, service) },
      ]);
    }
    run.network.balancers = NAMES.map((name) => within(name, balancer()));
    run.network.clusters = NAMES.map((name) => within(name, managedCluster()));
    await run.tables.subnets.transact(VNET.toLowerCase(), [{ do: "put", key: "apps", value: subnetRow() }]);
    await run.tables.vnets.transact("all", [
      { do: "put", key: VNET.toLowerCase(), value: { id: VNET, scannedAtUtc: run.clock.nowUtc } },
    ]);
    await estate.watch(CHECKED);
    estate.look({});
    return estate;
  }

  /** Only these checks are made: what is tested is what becomes of findings, not how they are found. */
  async watch(checks: readonly string[]): Promise<void> {
    const off = listChecks().filter(({ id }) => !checks.includes(id));
    await applyPolicy(this.run, { audit: { checks: Object.fromEntries(off.map(({ id }) => [id, "off"])) } });
  }

  /** State of each subscription's PLS from now on; by default as declared. */
  look(looks: Partial<Record<Name, Look>>): void {
    this.run.network.allPrivateLinkServices = NAMES.flatMap((name) => {
      const look = looks[name] ?? "declared";
      return look === "gone" ? [] : [within(name, pls(LOOKS[look]))];
    });
  }

  unreadable(name: Name, isSo: boolean): void {
    if (isSo) this.#unreadable.add(subscriptionOf(name));
    else this.#unreadable.delete(subscriptionOf(name));
  }

  timer(): void {
    const { run } = this;
    const item = { what: "drift", id: "all", why: "timer", correlationId: run.newId() };
    this.messages.push({ item: { ...item, seenAtUtc: run.clock.nowUtc }, deliveries: 0 });
  }

  /** Hands over one message; if the worker dies at its `crashAtCall`th call of a port, nothing after that happens. */
  async deliver(
    message: Message,
    {
      crashAtCall,
      how = "before",
      keep = false,
    }: { crashAtCall?: number; how?: "before" | "after"; keep?: boolean } = {},
  ): Promise<{ calls: number }> {
    const mortal = crashAt(this.run, crashAtCall ?? Number.POSITIVE_INFINITY, how);
    message.deliveries += 1;
    const done = await this.#work(mortal.run, message).then(
      () => true,
      () => false,
    );
    this.collect();
    if (done && !keep) this.messages.splice(this.messages.indexOf(message), 1);
    else if (message.deliveries >= 5)
      this.poison.push(...this.messages.splice(this.messages.indexOf(message), 1).map(({ item }) => item));
    return { calls: mortal.calls() };
  }

  /** Until nothing is left on the queue. */
  async drain(): Promise<void> {
    this.collect();
    for (let message = this.messages[0]; message; message = this.messages[0]) {
      await this.deliver(message);
      this.run.clock.advance(1);
    }
  }

  /** What was sent since is on the queue, whenever it may be seen. */
  collect(): void {
    const sent = this.run.queue.sent.filter(({ queue }) => queue === "drift");
    this.messages.push(...sent.map(({ item }) => ({ item, deliveries: 0 })));
    this.run.queue.sent.splice(0, Infinity, ...this.run.queue.sent.filter(({ queue }) => queue !== "drift"));
  }

  findings(): Finding[] {
    return this.run.tables.findings.all().filter(isUnresolved);
  }

  async #work(run: Run, { item, deliveries }: Message): Promise<void> {
    const delivery = { deliveriesLeft: deliveriesLeft({ dequeueCount: deliveries }) };
    let crashed = false;
    await settle({ run, queue: "drift", item }, () =>
      auditWork(run, item, delivery).catch((error: unknown) => {
        crashed = error instanceof Crashed;
        throw error;
      }),
    );
    if (crashed) throw new Crashed();
  }
}
