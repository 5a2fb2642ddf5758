import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ArmEvent } from "../../dev/sandbox/arm/armEvent.ts";
import { createEventGrid } from "../../dev/sandbox/events/eventGrid.ts";

/** A webhook that completes the handshake, records events, and answers as the test defines. */
let received: string[];
let answers: number[];
let server: Server;
let endpoint: string;

beforeEach(async () => {
  received = [];
  answers = [];
  server = createServer((request, response) => void webhook(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
async function webhook(request: IncomingMessage, response: ServerResponse) {
  const [event] = (await json(request)) as { subject: string; data: { validationCode?: string } }[];
  if (request.headers["aeg-event-type"] === "SubscriptionValidation")
    return response.end(JSON.stringify({ validationResponse: event?.data.validationCode }));
  received.push(event?.subject ?? "");
  return response.writeHead(answers.shift() ?? 200).end();
}
afterEach(() => void server.close());

const written = (resourceId: string): ArmEvent => ({
  kind: "Write",
  outcome: "Success",
  operationName: "Microsoft.Network/loadBalancers/write",
  resourceId,
  subscription: "s",
  resourceProvider: "Microsoft.Network",
  method: "PUT",
  url: `https://arm.test${resourceId}`,
  correlationId: "c",
  caller: { objectId: "o", applicationId: "a", name: "n" },
  atUtc: "2026-01-01T00:00:00Z",
});

const quick = { secondMilliseconds: 0 };

describe("Event Grid", () => {
  test("does not begin before the endpoint has answered the handshake", async () => {
    server.removeAllListeners("request");
    server.on("request", (_, response) => response.end("{}"));
    await expect(createEventGrid({ endpoint, ...quick })).rejects.toThrow("did not answer the Event Grid");
  });

  test("delivers each event once without faults", async () => {
    const grid = await createEventGrid({ endpoint, ...quick });
    grid.publish(written("/a"));
    grid.publish(written("/b"));
    await grid.idle();
    expect(received.toSorted()).toEqual(["/a", "/b"]);
    expect([grid.delivered, grid.deadLetters]).toEqual([2, []]);
  });

  test("tries again while the endpoint fails, and then it is delivered", async () => {
    const grid = await createEventGrid({ endpoint, ...quick });
    answers = [500, 503];
    grid.publish(written("/a"));
    await grid.idle();
    expect([received, grid.deadLetters]).toEqual([["/a", "/a", "/a"], []]);
  });

  test.each([400, 401, 413])("does not try again after %i: the event is a dead letter", async (status) => {
    const grid = await createEventGrid({ endpoint, ...quick });
    answers = [status];
    grid.publish(written("/a"));
    await grid.idle();
    expect(received).toEqual(["/a"]);
    expect(grid.deadLetters.map(({ subject }) => subject)).toEqual(["/a"]);
  });

  test("gives up after the schedule's last try: the event is a dead letter", async () => {
    const grid = await createEventGrid({ endpoint, ...quick });
    answers = Array.from({ length: 20 }, () => 500);
    grid.publish(written("/a"));
    await grid.idle();
    expect([received.length, grid.deadLetters.length, grid.delivered]).toEqual([8, 1, 0]);
  });

  test("duplicates on demand", async () => {
    const grid = await createEventGrid({ endpoint, ...quick });
    grid.disturb({ duplicates: 2 });
    grid.publish(written("/a"));
    await grid.idle();
    expect(received).toEqual(["/a", "/a", "/a"]);
  });

  test("loses the requested share on demand", async () => {
    const dice = [0.4, 0.6, 0.1];
    const grid = await createEventGrid({ endpoint, ...quick, random: () => dice.shift() ?? 1 });
    grid.disturb({ loss: 0.5 });
    for (const id of ["/a", "/b", "/c"]) grid.publish(written(id));
    await grid.idle();
    expect(received).toEqual(["/b"]);
  });

  test("lets events overtake one another on demand", async () => {
    const dice = [1, 1, 1, 0];
    const grid = await createEventGrid({ endpoint, ...quick, random: () => dice.shift() ?? 1 });
    grid.disturb({ reorder: true, delayMilliseconds: 100 });
    grid.publish(written("/first"));
    grid.publish(written("/second"));
    await grid.idle();
    expect(received).toEqual(["/second", "/first"]);
  });
});
