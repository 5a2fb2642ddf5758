import { EventGridDeserializer, isSystemEvent } from "@azure/eventgrid";
import { describe, expect, test } from "vitest";
import { enqueueOnce } from "../../shared/events/coalesce.ts";
import { parseEvent } from "../../shared/events/resourceEvent.ts";
import { receiveEvent } from "../../shared/events/receive.ts";
import { toWork } from "../../shared/events/toWork.ts";
import { balancerId, cluster, plsIdIn, NOW, subnetId, VNET } from "../builders/world.ts";
import { memoryRun } from "../memory/run.ts";
import { toEvent } from "../../dev/sandbox/events/toEvent.ts";

const WRITE = "Microsoft.Resources.ResourceWriteSuccess";
const PLS = plsIdIn("pls");
const event = (subject: string, eventType = WRITE) => ({
  id: "e-1",
  topic: "",
  subject,
  eventType,
  eventTime: NOW,
  data: {
    resourceUri: subject,
    operationName: "x/write",
    correlationId: "c-1",
    claims: { name: "somebody" },
  },
  dataVersion: "2",
  metadataVersion: "1",
});

describe("what an event makes worth looking at", () => {
  test.each<[string, string, string, string[]]>([
    [
      "a written Private Link Service: itself, and its NAT addresses",
      PLS,
      WRITE,
      [`pls ${PLS}`, "inventory all"],
    ],
    [
      "a connection: its Private Link Service",
      `${PLS}/privateEndpointConnections/pe.1`,
      WRITE,
      [`pls ${PLS}`],
    ],
    ["a load balancer: the inventory", balancerId(), WRITE, ["inventory all"]],
    [
      "a deleted load balancer too",
      balancerId(),
      "Microsoft.Resources.ResourceDeleteSuccess",
      ["inventory all"],
    ],
    ["a subnet: the inventory", subnetId("apps"), WRITE, ["inventory all"]],
    ["a network: the inventory", VNET, WRITE, ["inventory all"]],
    [
      "a cluster: orphans",
      cluster().resourceId,
      "Microsoft.Resources.ResourceDeleteSuccess",
      ["orphans all"],
    ],
    ["a failed write changed nothing", PLS, "Microsoft.Resources.ResourceWriteFailure", []],
    ["another type of event", PLS, "Microsoft.Storage.BlobCreated", []],
    [
      "another type of resource",
      "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/x",
      WRITE,
      [],
    ],
    [
      "casing of ids does not matter",
      PLS.toUpperCase(),
      WRITE,
      [`pls ${PLS.toUpperCase()}`, "inventory all"],
    ],
  ])("%s", (_, subject, type, work) => {
    const found = toWork(parseEvent(event(subject, type)));
    expect(found.map(({ queue, id }) => `${queue} ${id}`)).toEqual(work);
  });
});

describe("an event is read", () => {
  test("as the sandbox's Event Grid sends it", () => {
    const sent = toEvent({
      kind: "Write",
      outcome: "Success",
      operationName: "Microsoft.Network/privateLinkServices/write",
      resourceId: PLS,
      subscription: "s",
      resourceProvider: "Microsoft.Network",
      method: "PUT",
      url: "https://x",
      correlationId: "c-1",
      caller: { objectId: "o", applicationId: "a", name: "n" },
      atUtc: NOW,
    });
    expect(parseEvent(structuredClone(sent))).toEqual({
      id: sent.id,
      type: WRITE,
      resourceId: PLS,
      operationName: "Microsoft.Network/privateLinkServices/write",
      correlationId: "c-1",
      atUtc: NOW,
      caller: "n",
    });
  });

  test("as the sandbox sends it, it is one to Azure's own library too", async () => {
    const outcome = {
      kind: "Delete",
      outcome: "Success",
      operationName: "x/delete",
      resourceId: PLS,
      subscription: "s",
      resourceProvider: "Microsoft.Network",
      method: "DELETE",
      url: "https://x",
      correlationId: "c-1",
      caller: { objectId: "o", applicationId: "a", name: "n" },
      atUtc: NOW,
    } as const;
    const [read] = await new EventGridDeserializer().deserializeEventGridEvents(
      JSON.stringify([toEvent(outcome)]),
    );
    expect(
      read && isSystemEvent("Microsoft.Resources.ResourceDeleteSuccess", read) && read.data.operationName,
    ).toBe("x/delete");
  });

  test("as a CloudEvent", () => {
    const { subject, data, id } = event(PLS);
    expect(
      parseEvent({ specversion: "1.0", source: "/x", id, type: WRITE, subject, time: NOW, data }),
    ).toMatchObject({ type: WRITE, resourceId: PLS });
  });

  test.each([
    ["text"],
    [undefined],
    [{}],
    [{ id: 1, subject: "x", eventType: "t", eventTime: "never", data: {} }],
  ])("%j is none", (value) => {
    expect(() => parseEvent(value)).toThrow();
  });
});

describe("a burst of events", () => {
  test("makes one message, seen after the burst", async () => {
    const run = memoryRun();
    for (let n = 0; n < 5; n += 1)
      await receiveEvent(run, event(`${PLS}/privateEndpointConnections/pe.${n}`));
    expect(run.queue.sent).toEqual([
      {
        queue: "pls",
        delaySeconds: 2,
        item: { what: "pls", id: PLS, why: "event x/write", correlationId: "c-1", seenAtUtc: NOW },
      },
    ]);
  });

  test("an event after the window makes another: the worker may have begun", async () => {
    const run = memoryRun();
    await receiveEvent(run, event(`${PLS}/privateEndpointConnections/a`));
    run.clock.advance(2);
    await receiveEvent(run, event(`${PLS}/privateEndpointConnections/a`));
    expect(run.queue.sent).toHaveLength(2);
  });

  test("that goes on makes two messages about a Private Link Service at once, and then one a minute: ARM counts reads", async () => {
    const run = memoryRun();
    const seen: number[] = [];
    for (let second = 0; second < 120; second += 1) {
      await receiveEvent(run, event(PLS));
      const privateLinkServices = run.queue.sent.splice(0).filter(({ queue }) => queue === "pls");
      seen.push(...privateLinkServices.map(({ delaySeconds }) => second + delaySeconds));
      run.clock.advance(1);
    }
    for (let from = 0; from < 120; from += 1)
      expect(seen.filter((at) => at >= from && at < from + 60).length).toBeLessThanOrEqual(2);
    expect(seen.slice(0, 3)).toEqual([2, 4, 62]);
  });

  test.each([185, 24 * 3600])(
    "after one on a host whose clock is %i seconds ahead suppresses no work of other hosts",
    async (skew) => {
      const run = memoryRun();
      const ahead = { ...run, now: () => new Date(run.now().getTime() + skew * 1000) };
      const work = { queue: "pls", what: "pls", id: PLS } as const;
      const hint = { why: "w", correlationId: "c" };
      await enqueueOnce(ahead, work, hint);
      run.clock.advance(10);
      await enqueueOnce(ahead, work, hint);
      run.clock.advance(10);
      expect(await enqueueOnce(run, work, hint)).toBe(true);
      expect(run.queue.sent.at(-1)?.delaySeconds).toBeLessThanOrEqual(60);
    },
  );

  test("racing events make one message", async () => {
    const run = memoryRun();
    const work = { queue: "pls", what: "pls", id: PLS } as const;
    await Promise.all(
      Array.from({ length: 10 }, () => enqueueOnce(run, work, { why: "w", correlationId: "c" })),
    );
    expect(run.queue.sent).toHaveLength(1);
  });

  test("makes its message though storage's answer was lost on its way, and the write was tried again", async () => {
    const run = memoryRun();
    const { waiting } = run.tables;
    const transact = waiting.transact.bind(waiting);
    waiting.transact = async (partition, writes) => {
      await transact(partition, writes);
      return transact(partition, writes);
    };
    await receiveEvent(run, event(`${PLS}/privateEndpointConnections/a`));
    await receiveEvent(run, event(`${PLS}/privateEndpointConnections/a`));
    run.clock.advance(2);
    await receiveEvent(run, event(`${PLS}/privateEndpointConnections/a`));
    expect(run.queue.sent).toHaveLength(2);
  });

  test("its last event is recorded for the doctor, even if timers request work after it", async () => {
    const run = memoryRun();
    const told = async () =>
      (await Array.fromAsync(run.ports.tables.waiting.list("pls"))).map(({ value }) => value.eventAtUtc);
    await receiveEvent(run, event(`${PLS}/privateEndpointConnections/a`));
    expect(await told()).toEqual([NOW]);
    run.clock.advance(3600);
    const hint = { why: "timer", correlationId: "c" };
    expect(await enqueueOnce(run, { queue: "pls", what: "pls", id: PLS }, hint)).toBe(true);
    expect(await told()).toEqual([NOW]);
  });

  test("a message that could not be sent is sent when the event comes again", async () => {
    const run = memoryRun();
    run.queue.calls.failNext(new Error("queue away"));
    await expect(receiveEvent(run, event(`${PLS}/privateEndpointConnections/a`))).rejects.toThrow(
      "queue away",
    );
    await receiveEvent(run, event(`${PLS}/privateEndpointConnections/a`));
    expect(run.queue.sent).toHaveLength(1);
  });
});
