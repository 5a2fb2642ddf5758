/**
 * Access is never wider than the cluster last confirmed: whatever admission saw, whatever was refused, and whenever the controller writes,
 * Mooring puts back no subscription that the Service no longer lists at the time of the resource's last write by anybody else.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { applyPolicy } from "../../shared/applyPolicy.ts";
import { createApply } from "../../shared/changes/apply.ts";
import type { JsonObject } from "../../shared/changes/resources.ts";
import { propose } from "../../shared/declarations/proposals.ts";
import { reconcileLink } from "../../shared/links/reconcileLink.ts";
import { Reporter, internalService, type ReportedService } from "../builders/reports.ts";
import {
  cluster,
  connection,
  declared,
  intent,
  link,
  linkIntent,
  managedCluster,
  NOW,
  PARTNER,
  UID,
} from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

const THIRD = "33333333-3333-3333-3333-333333333333";
const ITEM = { what: "link", id: link().id, why: "test", seenAtUtc: NOW, correlationId: "c" };
const PENDING = { status: "Pending", description: "" };

const lists = fc.uniqueArray(fc.constantFrom(SUBSCRIPTION, PARTNER, THIRD), { maxLength: 3 });
const one = <T extends string>(name: T) => fc.constant(name);
const step = fc.oneof(
  fc.record({ do: one("declare"), to: lists, seen: fc.boolean(), built: fc.boolean() }),
  fc.record({ do: one("refused"), to: lists }),
  fc.record({ do: one("controller") }),
  fc.record({ do: one("outsider"), to: lists }),
  fc.record({ do: one("connect"), from: fc.constantFrom(SUBSCRIPTION, PARTNER, THIRD) }),
  fc.record({ do: one("report"), bookmark: fc.boolean() }),
  fc.record({ do: one("reconcile"), meanwhile: fc.option(lists, { nil: undefined }) }),
  fc.record({ do: one("wait"), seconds: fc.integer({ min: 1, max: 400 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class World {
  readonly run: MemoryRun = memoryRun();
  readonly reporter = new Reporter(this.run);
  readonly crimes: string[] = [];
  /** What the Service lists now. */
  #declared: readonly string[] = [SUBSCRIPTION];
  /** Everything that it has listed at or after the last write by anyone but Mooring. */
  #since = new Set<string>([SUBSCRIPTION]);
  #consumer = SUBSCRIPTION;

  async begin(): Promise<void> {
    await this.run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
    await applyPolicy(this.run, { links: { maxRepairsPerHour: 1000 } });
    this.run.network.clusters = [managedCluster()];
    this.#place([SUBSCRIPTION]);
    this.#placeConnection();
    await this.reporter.list([this.#service()]);
    this.#watch();
  }

  #service(): ReportedService {
    const text = this.#declared.join(" ");
    const settings = { "pls-create": "true", "pls-visibility": text, "pls-auto-approval": text };
    return { ...internalService("web", settings), uid: UID, resourceVersion: String(this.reporter.version) };
  }

  async declare(to: readonly string[], isSeen: boolean, isBuilt: boolean): Promise<void> {
    this.#declared = to;
    this.reporter.version += 1;
    for (const id of to) this.#since.add(id);
    if (isSeen) await this.refused(to);
    if (isBuilt) this.controller();
  }

  /** Admission sees it, and the API server refuses it, or accepts it: admission cannot know. */
  async refused(to: readonly string[]): Promise<void> {
    const asked = linkIntent({ visibility: [...to], autoApproval: [...to] });
    await propose(this.run, declared({ strength: "proposal", intent: intent({ link: asked }) }));
  }

  controller(): void {
    this.#written();
    this.#place(this.#declared);
  }

  outsider(to: readonly string[]): void {
    this.#written();
    this.#place(to);
  }

  connect(from: string): void {
    this.#written();
    this.#consumer = from;
    this.#placeConnection();
  }

  #written(): void {
    this.#since = new Set(this.#declared);
  }

  #place(to: readonly string[]): void {
    const body: JsonObject = {
      tags: { ...link().tags },
      properties: {
        provisioningState: "Succeeded",
        visibility: { subscriptions: [...to] },
        autoApproval: { subscriptions: [...to] },
      },
    };
    this.run.resources.place(link().id, body);
    // A write of the parent changes the ETag of its children too.
    const child = this.run.resources.bodyOf(connection().id);
    if (child) this.run.resources.place(connection().id, child);
    this.#render();
  }

  #placeConnection(): void {
    const properties = { provisioningState: "Succeeded", privateLinkServiceConnectionState: PENDING };
    this.run.resources.place(connection().id, { properties });
    this.#render();
  }

  #render(): void {
    const { properties } = this.run.resources.bodyOf(link().id) as any;
    const raw = this.run.resources.bodyOf(connection().id) as any;
    const state = raw?.properties.privateLinkServiceConnectionState ?? PENDING;
    const endpointId = connection().endpointId?.replace(
      /\/subscriptions\/[^/]+/,
      `/subscriptions/${this.#consumer}`,
    );
    this.run.network.allLinks = [
      link({
        visibility: properties.visibility.subscriptions,
        autoApproval: properties.autoApproval.subscriptions,
        connections: [connection({ ...state, ...(endpointId && { endpointId }) })],
      }),
    ];
  }

  async report(hasBookmark: boolean): Promise<void> {
    const { reporter } = this;
    reporter.services = [this.#service()];
    if (!reporter.query.startsWith("watch")) return void (await reporter.step());
    const event = JSON.stringify({ type: "MODIFIED", object: reporter.object(this.#service()) });
    await reporter.step(hasBookmark ? `${event}\n${reporter.bookmark()}` : event);
  }

  /** @param meanwhile what the Service declares, and the controller writes, right after the plan was made */
  async reconcile(meanwhile: readonly string[] | undefined): Promise<void> {
    const { resources } = this.run.ports;
    const locks = resources.locks.bind(resources);
    const reader = {
      read: async (id: string) => {
        if (meanwhile) await this.declare(meanwhile, false, true);
        meanwhile = undefined;
        return resources.read(id);
      },
      locks,
    };
    const run = { ...this.run, ports: { ...this.run.ports, resources: reader } };
    await reconcileLink(run, createApply(this.run.resources), ITEM).catch(() => undefined);
    this.#render();
  }

  /** Every write of Mooring is held against what the Service listed since the last write of anybody else. */
  #watch(): void {
    const { resources } = this.run;
    const write = resources.write.bind(resources);
    resources.write = async (id, body, version) => {
      const { properties } = body as any;
      const given: string[] =
        id === link().id
          ? [...properties.visibility.subscriptions, ...properties.autoApproval.subscriptions]
          : properties.privateLinkServiceConnectionState.status === "Approved"
            ? [this.#consumer]
            : [];
      const before: string[] = id === link().id ? this.#granted() : [];
      for (const one of given)
        if (!before.includes(one) && !this.#since.has(one))
          this.crimes.push(`${one} was opened by a write of ${id}, and the Service had withdrawn it`);
      return write(id, body, version);
    };
  }

  #granted(): string[] {
    const { properties } = this.run.resources.bodyOf(link().id) as any;
    return [...properties.visibility.subscriptions, ...properties.autoApproval.subscriptions];
  }

  visibility(): string[] {
    return (this.run.resources.bodyOf(link().id) as any).properties.visibility.subscriptions.toSorted();
  }

  declared(): string[] {
    return this.#declared.toSorted();
  }
}

async function take(world: World, one: Step): Promise<unknown> {
  switch (one.do) {
    case "declare":
      return world.declare(one.to, one.seen, one.built);
    case "refused":
      return world.refused(one.to);
    case "controller":
      return world.controller();
    case "outsider":
      return world.outsider(one.to);
    case "connect":
      return world.connect(one.from);
    case "report":
      return world.report(one.bookmark);
    case "reconcile":
      return world.reconcile(one.meanwhile);
    case "wait":
      return world.run.clock.advance(one.seconds);
  }
}

test("no schedule opens a Private Link Service wider than its cluster confirmed, and in the end it is as declared", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const world = new World();
      await world.begin();
      for (const one of steps) await take(world, one);
      expect(world.crimes).toEqual([]);
      for (let round = 0; round < 8; round += 1) {
        world.run.clock.advance(20);
        await world.report(true);
        await world.reconcile(undefined);
      }
      expect(world.crimes).toEqual([]);
      expect(world.visibility()).toEqual(world.declared());
    }),
    { numRuns: Number(process.env["MOORING_SCHEDULES"] ?? 1000) },
  );
}, 600_000);
