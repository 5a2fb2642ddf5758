import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { parseWork, settle } from "../../functions/outcome.ts";
import { createApply } from "../../shared/changes/apply.ts";
import { listJournal } from "../../shared/changes/journalStore.ts";
import { resumeWriting, stopWriting } from "../../shared/changes/stop.ts";
import { Conflict, NotYet } from "../../shared/core/errors.ts";
import { receiveEvent } from "../../shared/events/receive.ts";
import { reconcileConfirmed } from "../builders/reports.ts";
import { cluster, feed, declared, intent, pls, plsIntent, NOW } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

const Scenario = z.strictObject({
  name: z.string(),
  declared: z.strictObject({ visibility: z.array(z.string()) }),
  actual: z.strictObject({ visibility: z.array(z.string()), unmanaged: z.boolean().default(false) }),
  steps: z.array(z.string()),
  expected: z.strictObject({ visibility: z.array(z.string()), journal: z.array(z.string()) }),
});
type Scenario = z.infer<typeof Scenario>;

const scenarios = z.array(Scenario).parse(parse(readFileSync(join(import.meta.dirname, "pls.yaml"), "utf8")));

const eventAbout = (run: MemoryRun) => ({
  id: run.newId(),
  topic: "",
  subject: `${pls().id}/privateEndpointConnections/x`,
  eventType: "Microsoft.Resources.ResourceWriteSuccess",
  eventTime: NOW,
  data: { correlationId: "c" },
});

/** What Azure has, seen by the list and by the raw read alike. */
function place(run: MemoryRun, visibility: string[], tags = pls().tags): void {
  run.network.allPrivateLinkServices = [pls({ visibility, tags })];
  run.resources.place(pls().id, {
    tags: { ...tags },
    properties: { provisioningState: "Succeeded", visibility: { subscriptions: visibility } },
  });
}

function visibilityOf(run: MemoryRun): string[] {
  const body = run.resources.bodyOf(pls().id) as { properties: { visibility: { subscriptions: string[] } } };
  return body.properties.visibility.subscriptions;
}

/** Hands every message that is due to the worker, as the host does: what throws comes again. */
async function work(run: MemoryRun, { keep = false } = {}): Promise<void> {
  const messages = run.queue.sent.splice(0).filter(({ queue }) => queue === "pls");
  run.clock.advance(Math.max(0, ...messages.map(({ delaySeconds }) => delaySeconds)));
  for (const message of messages) {
    const item = parseWork(message.item, run.log);
    const done =
      item &&
      (await settle({ run, queue: "pls", item }, () =>
        reconcileConfirmed(run, createApply(run.resources), item),
      ).then(
        () => true,
        () => false,
      ));
    if (!done || keep) run.queue.sent.push({ ...message, delaySeconds: 30 });
    const after = visibilityOf(run);
    run.network.allPrivateLinkServices = run.network.allPrivateLinkServices.map((one) => ({
      ...one,
      visibility: after,
    }));
  }
}

const failWrite = async (run: MemoryRun, error: Error) => {
  run.resources.calls.failNext(error, { method: "write" });
  await work(run);
};

const STEPS: Record<string, (run: MemoryRun) => unknown> = {
  event: (run) => receiveEvent(run, eventAbout(run)),
  "late event": (run) => receiveEvent(run, eventAbout(run)),
  "lost event": () => undefined,
  wait: (run) => run.clock.advance(60),
  work: (run) => work(run),
  "work again": (run) => work(run, { keep: true }),
  "azure sets x": (run) => place(run, ["x"]),
  "crash before write": (run) => failWrite(run, new Error("worker died")),
  "lose answer": (run) => run.resources.loseNextAnswer(),
  conflict: (run) => failWrite(run, new Conflict("changed")),
  throttle: (run) => failWrite(run, new NotYet("429", 5)),
  stop: (run) => stopWriting(run, "incident"),
  resume: (run) => resumeWriting(run),
};

describe("scenarios of Private Link Services", () => {
  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
    "%s",
    async (_, scenario: Scenario) => {
      const run = memoryRun();
      await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
      await run.tables.feeds.transact("all", [{ do: "put", key: "one", value: feed() }]);
      await run.tables.declarations.transact("one", [
        {
          do: "put",
          key: "shop/web",
          value: declared({ intent: intent({ pls: plsIntent(scenario.declared) }) }),
        },
      ]);
      place(run, scenario.actual.visibility, scenario.actual.unmanaged ? {} : pls().tags);
      for (const step of scenario.steps) {
        expect(STEPS, `step "${step}"`).toHaveProperty([step]);
        await STEPS[step]?.(run);
      }
      const journal = (await Array.fromAsync(listJournal(run)))
        .map(({ entry }) => entry.outcome)
        .toReversed();
      expect({ visibility: visibilityOf(run), journal }).toEqual(scenario.expected);
    },
  );
});
