/** `mooring doctor` on a complete sandbox in which nothing is broken. */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { DEAD_CLUSTER } from "../../dev/sandbox/world/definition.ts";
import { MOORING } from "../../dev/sandbox/world/installation.ts";
import { DoctorReport } from "../../shared/doctor/report.ts";
import { VERSION } from "../../shared/core/version.ts";
import { doctoredSandbox, type Doctored } from "../builders/doctoredSandbox.ts";
import { START_MILLISECONDS } from "../builders/sandboxed.ts";
import { runCli } from "./runCli.ts";

let at: Doctored;
beforeAll(async () => {
  at = await doctoredSandbox();
}, START_MILLISECONDS);
afterAll(() => at.close());

describe("a complete installation", () => {
  test("is healthy, except for roles that its policy does not use and the registration of a deleted cluster", async () => {
    const { out, err, code } = await at.run(["-o", "json"]);
    const { lines, counts, version } = DoctorReport.parse(JSON.parse(out));
    expect(lines.filter(({ state }) => state === "fail")).toEqual([]);
    // Whether there has been an audit is a matter of the hour.
    const seen = lines.filter(({ check, state }) => state !== "ok" && check !== "audits");
    expect({ code, err, version }).toEqual({ code: 0, err: "", version: VERSION });
    expect([...new Set(seen.map(({ check, state }) => `${check} ${state}`))]).toEqual([
      "app-certificate skipped",
      "rights warning",
      "registrations warning",
    ]);
    expect(seen.filter(({ check }) => check === "registrations")).toEqual([
      expect.objectContaining({
        about: DEAD_CLUSTER.name,
        message: expect.stringContaining(`managed cluster ${DEAD_CLUSTER.name} does not exist`),
      }),
    ]);
    expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(lines.length);
  });

  test("is printed as a table with advice and counts", async () => {
    const { out, code } = await at.run(["--fail-on", "warning"]);
    expect(out).toMatch(/^✓ ok {7}settings: valid$/m);
    expect(out).toMatch(
      /^! warning  rights \S+ sweep: has permissions that the active policy does not use:$/m,
    );
    expect(out).toMatch(/^ {11}→ remove the role until it is used: az role assignment delete /m);
    expect(out).toMatch(/\d+ ok, \d+ warnings?, 0 failed, \d+ skipped\n$/);
    expect(code).toBe(1);
  });

  // The app reconciles the seeded drift at the same time: a run of the doctor beside which the app writes nothing decides.
  test("changes nothing", { timeout: 180_000 }, () => vi.waitFor(expectNoChange, { timeout: 150_000 }));
});

async function expectNoChange(): Promise<void> {
  const { world } = at.sandbox.arm;
  const before = JSON.stringify(world.toEstate().resources);
  const log = world.activity.length;
  await at.run();
  expect(JSON.stringify(world.toEstate().resources)).toBe(before);
  expect(world.activity.slice(log).filter(({ caller }) => caller.name === MOORING.name)).toEqual([]);
}

test("the app runs the same checks on itself, with its own identity", async () => {
  const answer = await fetch(`${at.sandbox.hostUrl}/api/v1/doctor`);
  const { lines, version } = DoctorReport.parse(await answer.json());
  expect({ status: answer.status, version }).toEqual({ status: 200, version: VERSION });
  expect(lines.filter(({ state }) => state === "fail")).toEqual([]);
  expect(lines).toContainEqual({
    check: "identity",
    state: "ok",
    message: expect.stringContaining(MOORING.objectId),
  });
  expect(lines.filter(({ check, state }) => check === "rights" && state === "ok")).toHaveLength(2);
});

describe("bad input", () => {
  test.each<[string, string[], RegExp]>([
    ["a state that is none", ["--fail-on", "info"], /--fail-on info: unknown state; use warning or fail/],
    ["a URL with a path", ["--url", "https://a.example/api"], /--url .*: not an origin/],
    ["an identity that is none", ["--identity", "me"], /--identity me: not an object id/],
    ["a format that is none", ["-o", "csv"], /--output csv/],
  ])("%s is reported, with exit code 2", async (_, args, said) => {
    const { code, err, out } = await at.run(args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(said);
  });

  test("a name that is nearly a setting's is warned of", async () => {
    const { out } = await runCli(["doctor", "-o", "json"], {
      env: { ...at.sandbox.settings, MOORING_TABEL_PREFIX: "x", MOORING_COLOUR: "x" },
    });
    expect(JSON.parse(out).lines[0]).toMatchObject({
      state: "warning",
      message: "MOORING_TABEL_PREFIX: unknown setting, ignored; did you mean MOORING_TABLE_PREFIX?",
    });
  });

  test("broken settings are a line, all problems in it, and the rest is skipped", async () => {
    const { code, out } = await at.run(["-o", "json"], {
      MOORING_SUBSCRIPTIONS: "x",
      MOORING_ARM_ENDPOINT: "http://a",
    });
    const [settings, ...rest] = JSON.parse(out).lines;
    expect(code).toBe(1);
    expect(settings).toMatchObject({ check: "settings", state: "fail" });
    expect(settings.message).toMatch(/MOORING_SUBSCRIPTIONS.*MOORING_ARM_ENDPOINT/s);
    expect(rest.every(({ state }: any) => state === "skipped")).toBe(true);
  });
});
