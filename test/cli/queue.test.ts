/** Messages that failed for good, as a person meets them: the artifact gives up on them, the command line shows, replays and drops them. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createPorts } from "../../shared/adapters/ports.ts";
import { changeRun } from "../../shared/audit/runStore.ts";
import { createAudit } from "../../shared/audit/startAudit.ts";
import type { Run } from "../../shared/ports/ports.ts";
import { parseSettings } from "../../shared/core/settings.ts";
import type { QueueName } from "../../shared/ports/queue.ts";
import { markCurrent } from "../builders/current.ts";
import { hostedApp, type HostedApp } from "../builders/hostedApp.ts";
import { startReceiver, type Receiver } from "../builders/receiver.ts";
import { memoryRun } from "../memory/run.ts";
import { runCli } from "./runCli.ts";

let app: HostedApp;
let receiver: Receiver;
let run: Run;

beforeAll(async () => {
  receiver = await startReceiver();
  const settings = {
    MOORING_WEBHOOK_URL: receiver.url,
    MOORING_WEBHOOK_SECRET: "a secret of more than 24 characters",
  };
  app = await hostedApp(settings, { retry: "at once" });
  const { ports } = createPorts(parseSettings(app.settings));
  await markCurrent(ports.tables);
  run = { ...memoryRun(), newId: randomUUID, ports };
});
afterAll(async () => {
  await app.close();
  await receiver.close();
});
beforeEach(async () => {
  for (const queue of ["pls", "notices"] as const) await run.ports.queue.takePoison(queue, async () => true);
  receiver.received.length = 0;
});

const cli = (...args: string[]) => runCli(args, { env: { ...app.settings, MOORING_OPERATOR: "anna" } });
const json = async (...args: string[]) => JSON.parse((await cli("-o", "json", ...args)).out);
const soon = (assert: () => unknown) => vi.waitFor(assert, { timeout: 50_000, interval: 100 });
const failed = (queue: QueueName, count: number) =>
  soon(async () => expect((await run.ports.queue.poisonState(queue)).length).toBe(count));

/** The receiver of notices fails until the host gives up. */
async function poisonedNotice(): Promise<{ audit: string; correlationId: string }> {
  const { id } = await createAudit(run, { who: "system", why: "test" });
  await changeRun(run, id, (audit) => ({ ...audit, state: "done", finishedAtUtc: run.now().toISOString() }));
  receiver.answers.push(...Array.from({ length: 5 }, () => ({ status: 500 })));
  const correlationId = randomUUID();
  const seenAtUtc = run.now().toISOString();
  await run.ports.queue.send("notices", {
    what: "webhook",
    id,
    why: "audit ended",
    seenAtUtc,
    correlationId,
  });
  await failed("notices", 1);
  return { audit: id, correlationId };
}

describe("notices that the receiver did not accept", () => {
  test("are listed and shown with the error, and sent after they are replayed", async () => {
    const { audit, correlationId } = await poisonedNotice();
    expect(receiver.received).toHaveLength(5);

    const { out, code } = await cli("queue", "list");
    expect(code).toBe(0);
    expect(out).toMatch(/^notices +0 +1 +20\S+Z +1 × the webhook returned 500$/m);
    expect(out).toMatch(/^pls +0 {3,}0$/m);

    const [message] = await json("queue", "show", "notices");
    expect(message).toMatchObject({
      queue: "notices",
      item: { what: "webhook", id: audit, why: "audit ended", correlationId },
      failure: { error: "the webhook returned 500", tries: 5 },
    });
    const shown = (await cli("queue", "show")).out;
    expect(shown).toContain(`${message.id.slice(0, 8)}  notices  webhook`);
    for (const fact of [
      audit,
      correlationId,
      "the webhook returned 500",
      "5, the last one at",
      "audit ended",
    ])
      expect(shown).toContain(fact);

    const replayed = await cli("queue", "replay", "notices", message.id.slice(0, 8));
    expect(replayed).toEqual({
      code: 0,
      err: "",
      out: `replayed ${message.id}: webhook ${audit}\n`,
    });
    await soon(() => expect(receiver.received).toHaveLength(6));
    expect((await cli("queue", "show", "notices")).out).toBe("No failed messages.\n");
    expect(await Array.fromAsync(run.ports.tables.failures.list("notices"))).toEqual([]);
    await soon(async () => {
      const sent = (await app.log()).split("\n").filter((line) => line.includes("notices sent"));
      expect(sent.some((line) => line.includes(correlationId))).toBe(true);
    });
  });
});

describe("what is no work item", () => {
  const hostile = '{"what":"\u009b2J\u202Eevil"}\nmooring: all checks passed';
  beforeEach(async () => {
    await app.queues.getQueueClient("mooring-pls").createIfNotExists();
    await app.queues.getQueueClient("mooring-pls").sendMessage(hostile);
    await failed("pls", 1);
  });

  test("is shown as it lies there, and steers no terminal", async () => {
    const { out } = await cli("queue", "show", "pls");
    expect(out).toContain("pls  not a work item");
    expect(out).toContain('{"what":"\uFFFD2J\uFFFDevil"} mooring: all checks passed');
    expect(out).not.toMatch(/\u009b|\u202E|^mooring:/m);
    expect((await json("queue", "show", "pls"))[0].text).toBe(hostile);
  });

  test("is skipped by a replay, which reports why", async () => {
    const { out, code } = await cli("queue", "replay", "pls", "--all");
    expect(code).toBe(1);
    expect(out).toMatch(/^skipped +\S+: not a work item: message: not JSON$/m);
    await failed("pls", 1);
  });

  test("is deleted by drop, which shows it first and stores a copy with the operator", async () => {
    const [{ id }] = await json("queue", "show", "pls");
    const refused = await cli("queue", "drop", "pls", id);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining("use --yes")]);
    expect(refused.out).toContain("all checks passed");
    await failed("pls", 1);

    const { out, code } = await cli("queue", "drop", "pls", id, "--yes");
    expect(code).toBe(0);
    const state = /stored as (\S+)$/m.exec(out)?.[1] ?? "";
    expect(await run.ports.states.load(state)).toMatchObject({
      who: "anna (direct)",
      id,
      queue: "pls",
      text: hostile,
    });
    await failed("pls", 0);
  });
});

test.each([
  [["queue", "replay", "pls"], "no messages selected"],
  [["queue", "replay", "pls", "x", "--all"], "not both"],
  [["queue", "replay", "pls", "nonsense", "other"], "nonsense: not found in the poison queue of pls"],
  [["queue", "drop", "pls", "nonsense", "--yes"], "nonsense: not found in the poison queue of pls"],
  [["queue", "show", "nowhere"], "pls, inventory, orphans, drift, notices"],
])("%j is refused", async (args, problem) => {
  const { code, err, out } = await cli(...args);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(problem);
});
