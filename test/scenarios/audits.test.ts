import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { settle } from "../../functions/outcome.ts";
import { acknowledge } from "../../shared/audit/acknowledge.ts";
import { stateOf, type FindingState } from "../../shared/findings/finding.ts";
import { cancelAudit, listRuns, readProgress } from "../../shared/audit/runs.ts";
import { sendNotices } from "../../shared/audit/sendNotices.ts";
import { parseResourceId } from "../../shared/azure/resourceId.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { readPolicy } from "../../shared/policy/policyStore.ts";
import { AuditEstate, NAMES, subscriptionOf, type Message, type Name } from "../builders/auditEstate.ts";
import { MemoryNotices } from "../memory/notices.ts";

const Looks = z.partialRecord(z.enum(NAMES), z.enum(["declared", "visible", "approving", "both", "gone"]));
const Expected = z.strictObject({
  run: z.strictObject({ state: z.string(), appeared: z.int().optional(), resolved: z.int().optional() }),
  /** How many there were. */
  runs: z.int(),
  /** State of the run before the last. */
  before: z.string(),
  open: z.array(z.string()),
  acknowledged: z.array(z.string()),
  resolved: z.array(z.string()),
  failures: z.array(z.string()),
  left: z.int(),
  poison: z.int(),
  told: z.array(z.string()),
});
const Step = z.union([
  z.strictObject({ looks: Looks }),
  z.strictObject({ policy: z.record(z.string(), z.string()) }),
  z.strictObject({ do: z.string() }),
  z.strictObject({ expect: Expected.partial() }),
]);
const scenarios = z
  .array(z.strictObject({ name: z.string(), steps: z.array(Step) }))
  .parse(parse(readFileSync(join(import.meta.dirname, "audits.yaml"), "utf8")));

class Scene {
  readonly estate: AuditEstate;
  readonly notices = new MemoryNotices("webhook");

  constructor(estate: AuditEstate) {
    this.estate = estate;
    estate.run.notices.push(this.notices);
  }

  async step(step: z.infer<typeof Step>): Promise<void> {
    if ("looks" in step) return this.estate.look(step.looks);
    if ("policy" in step) return this.policy(step.policy);
    if ("expect" in step) return expect(await this.facts(Object.keys(step.expect))).toEqual(step.expect);
    const [, verb = "", rest = ""] = /^(\S+) ?(.*)$/.exec(step.do) ?? [];
    expect(this.verbs, step.do).toHaveProperty([verb]);
    await this.verbs[verb]?.(rest);
    await this.tell();
  }

  readonly verbs: Record<string, (rest: string) => unknown> = {
    timer: () => this.estate.timer(),
    drain: () => this.estate.drain(),
    audit: async () => {
      this.estate.timer();
      await this.estate.drain();
    },
    deliver: (which) => this.estate.deliver(this.message(which), { keep: which.endsWith("again") }),
    crash: (at) => this.estate.deliver(this.message("first"), { crashAtCall: Number(at.replace("at ", "")) }),
    lose: () => void this.estate.messages.splice(0),
    wait: (minutes) => this.estate.run.clock.advance(Number(minutes) * 60),
    unreadable: (name) => this.estate.unreadable(name as Name, true),
    readable: (name) => this.estate.unreadable(name as Name, false),
    cancel: async () => cancelAudit(this.estate.run, (await listRuns(this.estate.run, 1))[0]?.id ?? "", "me"),
    acknowledge: (rest) => this.acknowledge(rest),
    forget: (name) =>
      void (this.estate.run.ports.subscriptions as string[]).splice(NAMES.indexOf(name as Name), 1),
    unreachable: () => this.notices.calls.failNext(new Error("away"), { times: Number.POSITIVE_INFINITY }),
    reachable: () => this.notices.calls.heal(),
  };

  message(which: string): Message {
    const at = { first: 0, second: 1, last: -1 }[which.split(" ")[0] ?? ""] ?? Number.NaN;
    const message = this.estate.messages.at(at);
    if (!message || Number.isNaN(at)) throw new Error(`there is no message ${which}`);
    return message;
  }

  async acknowledge(rest: string): Promise<void> {
    const [name = "", , minutes] = rest.split(" ");
    const { run } = this.estate;
    const finding = this.estate.findings().find((one) => one.about.includes(subscriptionOf(name as Name)));
    const untilUtc = new Date(run.now().getTime() + Number(minutes) * 60_000).toISOString();
    await acknowledge(run, finding?.id ?? "", { who: "me", reason: "known", untilUtc });
  }

  async policy(severities: Record<string, string>): Promise<void> {
    const { run } = this.estate;
    const { policy } = await readPolicy(run);
    await applyPolicy(run, { audit: { checks: { ...policy.audit.checks, ...severities } } });
  }

  /** The notices queue: what fails stays. */
  async tell(): Promise<void> {
    const { run } = this.estate;
    const messages = run.queue.sent.splice(0).filter(({ queue }) => queue === "notices");
    for (const message of messages)
      await settle({ run, queue: "notices", item: message.item }, () => sendNotices(run, message.item)).catch(
        () => void run.queue.sent.push(message),
      );
  }

  async facts(wanted: readonly string[]): Promise<unknown> {
    const { run, poison } = this.estate;
    const [last, before] = await listRuns(run, 2);
    const { scopes = [] } = (await readProgress(run, last?.id ?? "")) ?? {};
    const inState = (state: FindingState) =>
      run.tables.findings
        .all()
        .filter((finding) => stateOf(finding, run.clock.nowUtc) === state)
        .map(({ about, check }) => `${nameOf(parseResourceId(about)?.subscription ?? about)} ${check}`)
        .toSorted();
    const all: Record<string, unknown> = {
      run: last && {
        state: last.state,
        ...(last.appeared !== undefined && { appeared: last.appeared }),
        ...(last.resolved !== undefined && { resolved: last.resolved }),
      },
      runs: (await listRuns(run, 100)).length,
      before: before?.state,
      open: inState("open"),
      acknowledged: inState("acknowledged"),
      resolved: inState("resolved"),
      failures: scopes
        .filter(({ state }) => state === "failed")
        .map(({ scope, why }) => `${nameOf(scope.replace("subscription:", ""))}: ${why}`),
      left: scopes.filter(({ state }) => state === "left").length,
      poison: poison.length,
      told: this.notices.told.map(({ type }) => type.split(".").at(-1)),
    };
    return Object.fromEntries(wanted.map((key) => [key, all[key]]));
  }
}

/** By subscription; a missing PLS is reported for its Service. */
function nameOf(text: string): string {
  return NAMES.find((name) => text === subscriptionOf(name) || text.startsWith(`${name}/`)) ?? text;
}

test.each(scenarios.map(({ name, steps }) => [name, steps] as const))("%s", async (_, steps) => {
  const scene = new Scene(await AuditEstate.create());
  for (const step of steps) await scene.step(step);
});
