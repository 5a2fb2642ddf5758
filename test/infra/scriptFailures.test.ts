/** Whatever call of az fails, and without az: no script reports success, and each lists what is left. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { INSTALLED, ONE, OUTPUTS, runScript, TWO, type ScriptRun } from "./azStub.ts";
import { INFRA } from "./compiled.ts";

const TOPIC = { ...OUTPUTS, MOORING_WATCHED: TWO, MOORING_EXISTING_TOPICS: `${TWO}=rg-other/their-topic` };
const OTHERS = ["eventsub-mooring-prod", "alert-mooring-prod-DeadLetteredCount", `assignment-${TWO}-a`];

const CASES: readonly [title: string, script: string, options: ScriptRun][] = [
  ["subscribe.sh", "subscribe.sh", { env: { ...OUTPUTS, MOORING_TRIES: "1" } }],
  ["withdraw.sh", "withdraw.sh", { exists: INSTALLED }],
  ["unwatch.sh", "unwatch.sh", { exists: INSTALLED, args: [ONE, TWO] }],
  ["unwatch.sh with an existing topic", "unwatch.sh", { env: TOPIC, exists: OTHERS, args: [TWO] }],
  ["remove.sh", "remove.sh", { exists: INSTALLED }],
  ["remove.sh with nothing to remove", "remove.sh", {}],
];

/** Lines that claim something, with the thing that they claim it of. */
const CLAIMS = /^(Mooring|Subscription|In subscription|The custom roles|The app registration|Nothing)/;

describe.each(CASES)("%s", async (_, script, options) => {
  const complete = await runScript(script, options);
  const positions = complete.calls.map((call, at) => [at + 1, call.slice(0, 4).join(" ")] as const);

  test("succeeds, and reports each step once", () => {
    expect(complete).toMatchObject({ code: 0, err: "" });
    expect(complete.out.split("\n").filter((line) => CLAIMS.test(line)).length).toBeGreaterThan(0);
  });

  test.each(positions)("stops where call %i fails: %s", async (failAt) => {
    const ended = await runScript(script, { ...options, failAt });
    const claimed = ended.out.split("\n").filter(Boolean);
    const done = complete.out.split("\n").filter(Boolean);
    // What is claimed is what was claimed by the complete run, up to the failure.
    expect(done.slice(0, claimed.length)).toEqual(claimed);
    expect(claimed.length).toBeLessThan(done.length);
    const isChanged = ended.left.length < (options.exists ?? []).length || claimed.length > 0;
    expect(ended.code).toBe(isChanged ? 3 : 1);
    const [, listed = ""] = /Not done:\n((?: {2}- .*\n)+)/.exec(ended.err) ?? [];
    expect(listed.trimEnd().split("\n")).toHaveLength(done.length - claimed.length);
    expect(ended.err).toContain("Correct this and run the script again");
  });

  test("stops without az, and lists everything", async () => {
    const ended = await runScript(script, { ...options, isMissing: true });
    expect(ended).toMatchObject({ code: 1, out: "", calls: [] });
    expect(ended.err).toContain("the Azure CLI is not installed, or not in the PATH");
    expect(ended.err).toContain("Not done:\n  - ");
  });
});

describe("remove.sh without the outputs of a deployment", async () => {
  const env = {
    AZURE_ENV_NAME: "prod",
    MOORING_HOME_SUBSCRIPTION: ONE,
    MOORING_SUBSCRIPTIONS: `${ONE},${TWO}`,
  };
  const { calls } = await runScript("remove.sh", { env });

  test.each(calls.map((call, at) => [at + 1, call.slice(0, 3).join(" ")] as const))(
    "does not let azd down go on where call %i fails: %s",
    async (failAt) => {
      const ended = await runScript("remove.sh", { env, failAt });
      expect(ended).toMatchObject({ code: 1, out: "" });
      expect(ended.err).toContain("whether there is something to remove is unknown");
    },
  );

  test("nor without az", async () => {
    expect(await runScript("remove.sh", { env, isMissing: true })).toMatchObject({ code: 1, out: "" });
  });
});

test.each([
  ["group exists", `[ "$1 $2" = "group exists" ] && { echo maybe; exit; }`, "answers neither true nor false"],
  ["a list after the deletion", `[ "$3" = delete ] && exit 0`, "still exists after it was deleted"],
])("stops when az succeeds and %s does not agree", async (_, first, sentence) => {
  const ended = await runScript("remove.sh", {
    exists: INSTALLED,
    first,
    env: { ...OUTPUTS, MOORING_CHECKS: "2" },
  });
  expect(ended.code).toBeGreaterThan(0);
  expect(ended.err).toContain(sentence);
});

test("no script loses the exit code of az", async () => {
  const names = (await readdir(INFRA)).filter((name) => name.endsWith(".sh"));
  expect(names.length).toBeGreaterThan(4);
  for (const name of names) {
    const code = (await readFile(join(INFRA, name), "utf8")).replaceAll(/^\s*#.*$/gm, "");
    expect([
      name,
      /\$\(az (?!"\$@" --only-show-errors <\/dev\/null\) \|\|)|\baz [^|\n]*\| /.exec(code)?.[0],
    ]).toEqual([name, undefined]);
  }
});
