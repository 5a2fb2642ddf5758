import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { createPorts } from "../../shared/adapters/ports.ts";
import { parseSettings } from "../../shared/core/settings.ts";
import { markCurrent } from "../builders/current.ts";
import { cluster } from "../builders/world.ts";
import { SUBSCRIPTION } from "../memory/run.ts";
import { runCli } from "./runCli.ts";

function installation() {
  const env = {
    AzureWebJobsStorage: inject("storage"),
    MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
    MOORING_TABLE_PREFIX: `p${randomBytes(6).toString("hex")}`,
    MOORING_OPERATOR: "ada",
  };
  const { tables } = createPorts(parseSettings(env)).ports;
  const mooring = (line: string, input = "") => runCli(["policy", ...line.split(" ")], { input, env });
  return { tables, mooring };
}

describe("a document", () => {
  const { tables, mooring } = installation();
  beforeAll(() => markCurrent(tables));

  test("is refused with every problem, and the last good one stays", async () => {
    const input = "rules: { pls-withdrawm: deny }\nmodes: { sweep: never }\n";
    const broken = await mooring("apply - --yes --reason test", input);
    expect([broken.code, broken.err]).toEqual([2, expect.stringContaining("modes.sweep")]);
    const slip = await mooring("validate -", "rules: { pls-withdrawm: deny }");
    expect(slip.err).toBe("mooring: policy rules: unknown rule pls-withdrawm; did you mean pls-withdrawn?\n");
    expect((await mooring("show")).out).toContain("sweep: observe");
  });

  test("that is neither YAML nor JSON is refused with the position", async () => {
    const { code, err } = await mooring("validate -", "rules: [\n");
    expect([code, err]).toEqual([
      2,
      "mooring: <stdin>:2:1: Flow sequence in block collection must be sufficiently indented and end with a ]\n",
    ]);
  });

  test("may have `*` in rules", async () =>
    expect((await mooring("validate -", 'rules: { "*": warn, address-in-use: deny }')).code).toBe(0));

  test("is compared with the active policy", async () => {
    const input =
      "modes: { sweep: enforce }\nrules: { pls-withdrawn: deny }\nexcludedRanges: [10.0.0.0/28]\n";
    const { code, out } = await mooring("diff -", input);
    expect([code, out]).toEqual([
      1,
      '+ rules.pls-withdrawn: "deny"\n~ modes.sweep: "observe" -> "enforce"\n+ excludedRanges: "10.0.0.0/28"\n',
    ]);
    expect((await mooring("diff -", "{}")).out).toBe("No changes.\n");
  });

  test("with a dangerous combination is reported to standard error", async () => {
    const { code, out, err } = await mooring(
      "validate -",
      "modes: { sweep: enforce }\nsweepGraceSeconds: 60",
    );
    expect([code, out]).toEqual([0, "- is a valid policy.\n"]);
    expect(err).toMatch(/^warning: modes\.sweep enforce with sweepGraceSeconds 60: .*set at least 86400\n$/);
  });
});

describe("a change", () => {
  test("is shown, applied with author and reason, listed, and rolled back", async () => {
    const { tables, mooring } = installation();
    await markCurrent(tables);
    const input = "maxDeletesPerRun: 1";
    const applied = await mooring("apply - --yes --reason carefully", input);
    expect([applied.code, applied.out]).toEqual([
      0,
      expect.stringMatching(/^~ maxDeletesPerRun: 5 -> 1\nPolicy applied: version \S+Z\.\n$/),
    ]);
    expect((await mooring("apply - --yes --reason again", input)).out).toBe("No changes.\n");
    await mooring("apply - --yes --reason faster", "maxDeletesPerRun: 3");
    const back = await mooring("rollback --yes --reason slower");
    expect(back.out).toContain("~ maxDeletesPerRun: 3 -> 1\n");
    const history = JSON.parse((await mooring("history -o json")).out);
    expect(history).toEqual([
      { version: expect.any(String), who: "ada (direct)", reason: "slower", restores: history[2].version },
      { version: expect.any(String), who: "ada (direct)", reason: "faster" },
      { version: expect.any(String), who: "ada (direct)", reason: "carefully" },
    ]);
    expect((await mooring("show")).out).toMatch(/^# applied at \S+ by ada \(direct\): slower\n/);
    expect((await mooring(`show ${history[1].version}`)).out).toContain("maxDeletesPerRun: 3");
    expect((await mooring("rollback default --yes --reason start")).out).toContain("1 -> 5");
  });

  test.each([
    ["apply -", "required option '--reason <text>' not specified"],
    ["apply - --reason test", "confirmation is required, but standard input is not a terminal; use --yes"],
    ["rollback --yes --reason test", "no policy was applied: there is nothing to roll back"],
    [
      "rollback yesterday --yes --reason test",
      "there is no policy version yesterday; `mooring policy history` lists all",
    ],
    [
      "mode warn --cluster onee --yes --reason test",
      "there is no registered cluster onee; did you mean one?",
    ],
    ["mode deny --reason test", "Allowed choices are warn, enforce."],
  ])("%s: %s", async (line, problem) => {
    const { tables, mooring } = installation();
    await markCurrent(tables);
    await tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
    const { code, err } = await mooring(line, "maxDeletesPerRun: 1");
    expect([code, err]).toEqual([2, expect.stringContaining(problem)]);
  });

  test("of the mode of admission needs one command", async () => {
    const { tables, mooring } = installation();
    await markCurrent(tables);
    const { code, out } = await mooring("mode warn --namespace lab --yes --reason rollout");
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(
        /^\+ overrides: \{"namespaces":\["lab"\],"rules":\{\},"modes":\{"admission":"warn"\}\}\nPolicy applied/,
      ),
    ]);
  });
});
