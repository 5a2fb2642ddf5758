import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { NotYet, Refused } from "../../shared/core/errors.ts";
import type { Check, Look, Outcome } from "../../shared/doctor/check.ts";
import { INSTALLATION_CHECKS } from "../../shared/doctor/checks.ts";
import { examine } from "../../shared/doctor/examine.ts";
import { defaultPolicy } from "../../shared/policy/policy.ts";
import { VERSION } from "../../shared/core/version.ts";
import { MemoryInstallation } from "../memory/installation.ts";
import { memoryRun, SUBSCRIPTION } from "../memory/run.ts";

function look(some: Partial<Look> = {}): Look {
  return {
    run: memoryRun(),
    installation: new MemoryInstallation(),
    outside: {
      ask: () => Promise.reject(new Error("no network")),
      certificate: () => Promise.reject(new Error("no network")),
    },
    policy: async () => defaultPolicy,
    signal: AbortSignal.any([]),
    version: "1",
    nodeVersion: "24.0.0",
    ...some,
  };
}

function check(id: string, act: (look: Look) => Promise<readonly Outcome[]>, seconds = 60): Check {
  return { id, title: "", docs: "", needs: [], seconds, look: act };
}

test("each check is a line or more, in the order of the table, and none stops another", async () => {
  const report = await examine(
    [
      check("refused", () => Promise.reject(new Refused("not allowed\nby policy"))),
      check("later", () => Promise.reject(new NotYet("not yet", 5))),
      check("coded", () => Promise.reject(Object.assign(new Error(""), { code: "ECONNREFUSED" }))),
      check("well", async () => [
        { state: "ok", message: "a" },
        { state: "warning", about: "b", message: "c", advice: "d" },
      ]),
    ],
    look(),
  );
  expect(report).toEqual({
    version: "1",
    atUtc: "2026-11-23T12:00:00.000Z",
    counts: { ok: 1, warning: 1, fail: 2, skipped: 1 },
    lines: [
      expect.objectContaining({
        check: "refused",
        state: "fail",
        message: "could not be checked: not allowed",
      }),
      { check: "later", state: "skipped", message: "not yet" },
      expect.objectContaining({
        check: "coded",
        state: "fail",
        message: "could not be checked: ECONNREFUSED",
      }),
      { check: "well", state: "ok", message: "a" },
      { check: "well", state: "warning", about: "b", message: "c", advice: "d" },
    ],
  });
});

test("a check without response fails at its timeout, and is aborted", async () => {
  let heard = false;
  const hangs = check(
    "hangs",
    ({ signal }) => new Promise(() => signal.addEventListener("abort", () => (heard = true))),
    0.01,
  );
  const { lines } = await examine([hangs], look());
  expect(lines).toEqual([
    expect.objectContaining({
      state: "fail",
      message: "could not be checked: no answer within 0.01 seconds",
    }),
  ]);
  expect(heard).toBe(true);
});

test("what rests on a check that could not be made is skipped, and what rests on that", async () => {
  const well = async (): Promise<Outcome[]> => [{ state: "ok", message: "a" }];
  const broken = () => Promise.reject(new Error("away"));
  const failing = async (): Promise<Outcome[]> => [{ state: "fail", message: "b", advice: "c" }];
  const checks = [
    check("broken", broken),
    { ...check("next", well), needs: ["broken"] },
    { ...check("last", well), needs: ["next"] },
    check("failing", failing),
    { ...check("after", well), needs: ["failing"] },
    ...Array.from({ length: 20 }, (_, n) => ({ ...check(`many${n}`, well), needs: ["after"] })),
  ];
  const { lines, counts } = await examine(checks, look());
  expect(lines.slice(0, 5).map(({ state, message }) => `${state}: ${message}`)).toEqual([
    "fail: could not be checked: away",
    "skipped: not checked: check broken must pass first",
    "skipped: not checked: check next must pass first",
    "fail: b",
    "ok: a",
  ]);
  expect(counts.ok).toBe(21);
});

test("every check needs only what comes before it", () => {
  const ids = INSTALLATION_CHECKS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, needs } of INSTALLATION_CHECKS)
    for (const need of needs) expect(ids.slice(0, ids.indexOf(id))).toContain(need);
});

test("no more than eight run at once", async () => {
  let running = 0;
  let most = 0;
  const busy = check("busy", async () => {
    most = Math.max(most, (running += 1));
    await setImmediate();
    running -= 1;
    return [];
  });
  await examine(
    Array.from({ length: 30 }, (_, n) => ({ ...busy, id: `busy${n}` })),
    look(),
  );
  expect(most).toBe(8);
});

test("an empty installation is reported as such, and nothing is written", async () => {
  const installation = new MemoryInstallation();
  const run = memoryRun();
  const { lines } = await examine(INSTALLATION_CHECKS, look({ installation, run }));
  expect(
    lines
      .filter(({ state }) => state === "fail")
      .map(({ check, about }) => [check, about].filter(Boolean).join(" ")),
  ).toEqual([
    `rights ${SUBSCRIPTION} reader`,
    `rights ${SUBSCRIPTION} pls`,
    `rights ${SUBSCRIPTION} connections`,
    `events ${SUBSCRIPTION}`,
    "scans",
  ]);
  expect(Object.values(run.tables).filter((table) => table.calls.count("transact") > 0)).toEqual([]);
});

test("the version is the package's", async () => {
  const manifest = JSON.parse(await readFile(join(import.meta.dirname, "../../package.json"), "utf8"));
  expect(VERSION).toBe(manifest.version);
});
