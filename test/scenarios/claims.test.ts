import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import type { Applied } from "../../dev/sandbox/cluster/cluster.ts";
import { removeCluster } from "../../shared/declarations/registry.ts";
import { planRelease } from "../../shared/ip/releaseClaims.ts";
import { MovingClusters, type Wish } from "../builders/movingClusters.ts";

/** What a user sees of a request: nothing; or a rule with words of its text, warned about or refused. */
const Answer = z.union([
  z.literal("allowed"),
  z.strictObject({ warned: z.record(z.string(), z.array(z.string())) }),
  z.strictObject({ refused: z.record(z.string(), z.array(z.string())) }),
]);
const Scenario = z.strictObject({
  /** Heading of docs/developers/move-an-address.md, or what was reported. */
  flow: z.string(),
  name: z.string(),
  clusters: z.array(z.string()).default(["one", "two"]),
  policy: z.record(z.string(), z.unknown()).default({}),
  steps: z.array(
    z.union([
      z.string(),
      z.strictObject({
        do: z.string(),
        with: z.record(z.string(), z.string().nullable()).optional(),
        spec: z.record(z.string(), z.unknown()).optional(),
        gets: Answer.default("allowed"),
        pending: z.string().optional(),
      }),
      z.strictObject({ used: z.int() }),
      /** Kinds of what a sweep would quarantine. */
      z.strictObject({ orphans: z.array(z.string()) }),
      z.strictObject({ claims: z.record(z.string(), z.array(z.string())) }),
    ]),
  ),
  /** When everything has settled: which Service has each address or Private Link Service name, in Azure and in Mooring. */
  has: z.record(z.string(), z.string()).default({}),
  /** Who claims a place when a handover has not ended, in place of its holder. */
  claimed: z.record(z.string(), z.array(z.string())).default({}),
  /** Services that Azure cannot serve all the same, and why. */
  pending: z.record(z.string(), z.string()).default({}),
});
type Scenario = z.infer<typeof Scenario>;
type Step = Scenario["steps"][number];

const read = (path: string) => readFileSync(join(import.meta.dirname, path), "utf8");
const [moves, reported] = ["moves.yaml", "reported.yaml"].map((path) =>
  z.array(Scenario).parse(parse(read(path))),
);
const scenarios = [...(moves ?? []), ...(reported ?? [])];

const ID = "-1111-4111-8111-111111111111";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mooring-moves-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

type Given = Wish & Readonly<Record<string, unknown>>;

const VERBS: Record<string, (all: MovingClusters, what: string, given: Given) => unknown> = {
  apply: (all, owner, wish) => all.apply(owner, wish),
  delete: (all, owner) => all.delete(owner),
  report: (all, name) => all.report(name),
  scan: (all) => all.scan(),
  "scan-filtered": (all) => all.scanFiltered(),
  nodes: (all, name, { count }) => all.addNodes(name, Number(count)),
  "balancer-by-hand": (all, address) => all.addBalancer(address),
  /** Until one is not admitted. */
  flood: async (all, name) => {
    for (let n = 0; ; n += 1) {
      const applied = await all.apply(`${name}/s${n}`, { at: `10.0.1.${100 + n}` });
      if (!applied.allowed) return { ...applied, warnings: [`admitted ${n}`] };
    }
  },
  /** Another webhook refuses everything after admission, or no longer. */
  "refuse-writes": (all, name) => void (all.cluster(name).apiServer.otherWebhook = "deny"),
  "accept-writes": (all, name) => void (all.cluster(name).apiServer.otherWebhook = undefined),
  /** Admission is bypassed, as before it was installed. */
  "remove-webhooks": (all, name) => {
    const { options } = all.cluster(name).apiServer;
    delete options.webhook;
    delete options.mutatingWebhook;
  },
  /** Without its controller's knowledge. */
  "lose-service": async (all, owner) => {
    const [where = "", name = ""] = owner.split("/");
    return all.cluster(where).remove("shop", name, { lose: true });
  },
  settle: (all) => all.settle(),
  wait: ({ run }, seconds) => run.clock.advance(Number(seconds)),
  controller: (all, name) => all.cluster(name).resync(),
  "stop-controller": (all, name) => void (all.cluster(name).down = true),
  "start-controller": (all, name) => {
    all.cluster(name).down = false;
    return all.cluster(name).resync();
  },
  "add-cluster": async (all, name) => {
    await all.add(name);
    await all.report(name);
  },
  "lose-cluster": (all, name) => all.deleteManagedCluster(name),
  "sweep-cluster": (all, name) => all.sweep(name),
  "remove-cluster": async ({ run }, name) => {
    await removeCluster(run, name);
    // Longer than admission caches the registrations.
    run.clock.advance(10);
  },
  release: async ({ run }, place, { force }) => {
    const { carryOut } = await planRelease(run, {
      place,
      who: "operator",
      reason: "the cluster is lost",
      force: force === "true",
    });
    await carryOut();
  },
};

/** `verb what key value key value …` */
function take(all: MovingClusters, text: string, more: Pick<Wish, "with" | "spec"> = {}): unknown {
  const [verb = "", what = "", ...rest] = text.split(" ");
  const wish = Object.fromEntries(rest.flatMap((key, n) => (n % 2 === 0 ? [[key, rest[n + 1] ?? ""]] : [])));
  expect(VERBS, `step "${text}"`).toHaveProperty([verb]);
  return VERBS[verb]?.(all, what, { ...wish, ...more });
}

async function step(all: MovingClusters, one: Step): Promise<void> {
  if (typeof one === "string") return expectDone(all, one);
  if ("used" in one) return expect(await all.used()).toBe(one.used);
  if ("orphans" in one) return expect(await all.orphans()).toEqual(one.orphans);
  if ("claims" in one) {
    for (const [place, owners] of Object.entries(one.claims))
      expect(await all.claimants(place), place).toEqual(owners);
    return;
  }
  const { with: written, spec } = one;
  const annotations = written && expanded(written);
  const more = { ...(annotations && { with: annotations }), ...(spec && { spec }) };
  const applied = (await take(all, one.do, more)) as Applied;
  expectAnswer(one, applied);
  if (one.pending !== undefined) expect(applied.pending, one.do).toContain(one.pending);
}

/** A step of which the scenario expects nothing meets no objection. */
async function expectDone(all: MovingClusters, text: string): Promise<void> {
  const outcome = await take(all, text);
  if (!/^(apply|delete) /.test(text)) return;
  expect(outcome, text).toMatchObject({ allowed: true, warnings: [] });
}

function expectAnswer(
  { do: text, gets }: Extract<Step, { do: string }>,
  { allowed, message = "", warnings }: Applied,
): void {
  const refused = message.split("\n").filter(Boolean);
  const expected = gets === "allowed" ? {} : "warned" in gets ? gets.warned : gets.refused;
  const lines = gets !== "allowed" && "refused" in gets ? refused : warnings;
  expect(
    { allowed, rules: lines.map(ruleOf).toSorted() },
    `${text}\n${[...refused, ...warnings].join("\n")}`,
  ).toEqual({ allowed: gets === "allowed" || "warned" in gets, rules: Object.keys(expected).toSorted() });
  for (const [rule, words] of Object.entries(expected))
    for (const word of words)
      expect(
        lines.find((line) => line.includes(`[${rule}]`)),
        text,
      ).toContain(word);
}

/** `101 subscriptions` is that many ids. */
function expanded(annotations: Readonly<Record<string, string | null>>) {
  const entries = Object.entries(annotations).map(([key, value]) => {
    const [, count] = /^(\d+) subscriptions$/.exec(value ?? "") ?? [];
    const ids = Array.from({ length: Number(count ?? 0) }, (_, n) => `${String(n).padStart(8, "0")}${ID}`);
    return [key, count === undefined ? value : ids.join(" ")] as const;
  });
  return Object.fromEntries(entries);
}

function ruleOf(line: string): string {
  return /^\[([^\]]+)\]/.exec(line)?.[1] ?? line;
}

async function holders(all: MovingClusters, places: readonly string[]) {
  const found = places.map(async (place) => {
    const holder = /^[0-9.]+$/.test(place) ? await all.holderOf(place) : await all.ownerOfPls(place);
    return [place, { holder, claimants: await all.claimants(place) }] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

test.each(scenarios.map((one) => [`${one.flow}: ${one.name}`, one] as const))("%s", async (_, scenario) => {
  const all = await MovingClusters.open(directory, scenario.clusters, scenario.policy);
  try {
    for (const one of scenario.steps) await step(all, one);
    const pending = await all.settle();
    expect(await holders(all, Object.keys(scenario.has))).toEqual(
      Object.fromEntries(
        Object.entries(scenario.has).map(([place, holder]) => [
          place,
          { holder, claimants: scenario.claimed[place] ?? [holder] },
        ]),
      ),
    );
    expect(Object.keys(pending).toSorted()).toEqual(Object.keys(scenario.pending).toSorted());
    for (const [owner, why] of Object.entries(scenario.pending)) expect(pending[owner]).toContain(why);
  } finally {
    await all.close();
  }
});

test("every flow of the page has a scenario", () => {
  const page = read("../../docs/developers/move-an-address.md");
  const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  const flows = new Set(moves?.map(({ flow }) => flow));
  expect(headings.filter((one) => one !== undefined && !flows.has(one))).toEqual(["See who has an address"]);
});
