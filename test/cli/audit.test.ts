/** Audits and findings as a person and a pipeline use them, on the sandbox: what is printed, the exit codes, what is remembered. */
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { createPorts } from "../../shared/adapters/ports.ts";
import { ReportDocument } from "../../shared/audit/report/document.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import type { Ports } from "../../shared/ports/ports.ts";
import { parseSettings } from "../../shared/core/settings.ts";
import {
  BALANCER,
  balancerBody,
  frontendBody,
  GROUP,
  plsBody,
  armWithPls,
  NET,
  type TestArm,
} from "../builders/arm.ts";
import { confirmSince } from "../builders/confirmed.ts";
import { markCurrent } from "../builders/current.ts";
import { serveArm, type ServedArm } from "../builders/servedArm.ts";
import { reported } from "../builders/report.ts";
import { cluster, declared, intent, plsIntent, PARTNER, UID } from "../builders/world.ts";
import { SUBSCRIPTION } from "../memory/run.ts";
import { runCli } from "./runCli.ts";

const OURS = `${NET}/privateLinkServices/ours`;
const TAGS = { "k8s-azure-cluster-name": "kubernetes", "k8s-azure-owner-service": "shop/web" };
const SCOPE = `subscription:${SUBSCRIPTION}`;
/** More than are audited at once. */
const MANY = Array.from({ length: 14 }, (_, index) => `33333333-3333-4333-8333-3333333333${10 + index}`);

let directory: string;
let arm: TestArm;
let served: ServedArm;
let ports: Ports;
let env: Record<string, string>;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mooring-cli-audit-"));
});
afterEach(() => served.close());
afterAll(() => rm(directory, { recursive: true, force: true }));

/** A PLS whose visibility another writer set to `*`. */
beforeEach(async () => {
  const subscriptions = Object.fromEntries([SUBSCRIPTION, PARTNER, ...MANY].map((id) => [id, id]));
  arm = await armWithPls({ subscriptions });
  served = await serveArm(arm, directory);
  env = {
    ...served.env,
    AzureWebJobsStorage: inject("storage"),
    MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
    MOORING_TABLE_PREFIX: `u${randomBytes(6).toString("hex")}`,
    MOORING_OPERATOR: "ada",
  };
  ({ ports } = createPorts(parseSettings(env)));
  await markCurrent(ports.tables);
  const resourceId = `${GROUP}/providers/Microsoft.ContainerService/managedClusters/one`;
  await arm.put(resourceId, { location: "westeurope", properties: { nodeResourceGroup: "rg" } });
  const registered = cluster({ nodeResourceGroup: "rg", resourceId });
  await ports.tables.clusters.transact("all", [{ do: "put", key: "one", value: registered }]);
  const pls = plsIntent({ visibility: [SUBSCRIPTION] });
  const value = declared({ intent: intent({ pls }), observedAtUtc: new Date().toISOString() });
  await ports.tables.declarations.transact("one", [{ do: "put", key: "shop/web", value }]);
  await arm.put(BALANCER, balancerBody(frontendBody("fe"), frontendBody(baseName(UID))));
  await openToAll();
  await confirmSince(ports.tables, OURS, (await arm.send("GET", OURS)).body.etag);
});

async function openToAll(): Promise<void> {
  const frontend = [{ id: `${BALANCER}/frontendIPConfigurations/${baseName(UID)}` }];
  const open = { visibility: { subscriptions: ["*"] }, loadBalancerFrontendIpConfigurations: frontend };
  await arm.put(OURS, { ...plsBody(open), tags: TAGS });
}

const mooring = (...args: string[]) => runCli(args, { env });
const visibility = async () => (await arm.send("GET", OURS)).body.properties.visibility.subscriptions;

async function audited(...args: string[]) {
  const { code, out, err } = await mooring("audit", "-o", "json", ...args);
  if (out === "") throw new Error(`mooring audit printed nothing: ${err}`);
  return { code, err, report: ReportDocument.parse(JSON.parse(out)) };
}

/** The finding about our PLS. */
async function visibilityFinding() {
  const { report } = await audited("--scope", SCOPE);
  const [finding] = report.findings.filter(({ check }) => check === "pls-visibility-differs");
  if (!finding) throw new Error("the audit did not find it");
  return finding;
}

describe("mooring audit", () => {
  test("reports findings by the schema, fails with --fail-on, and prints no progress for programs", async () => {
    const { code, err, report } = await audited("--fail-on", "error");
    expect([code, err]).toEqual([1, ""]);
    expect(report.run).toMatchObject({
      state: "done",
      who: "ada (direct)",
      scopes: [SCOPE, "mooring"],
      unfinished: [],
    });
    expect(report.findings).toContainEqual(
      expect.objectContaining({ check: "pls-visibility-differs", about: OURS, state: "open", actual: "*" }),
    );
  });

  test("without --fail-on the exit code is 0; the terminal shows progress and a summary", async () => {
    const { code, out, err } = await mooring("audit", "--scope", SCOPE);
    expect(code).toBe(0);
    expect(err).toMatch(/^Auditing 0 of 1 scopes, 0 resources checked\n/);
    expect(err).toMatch(/Audited 1 of 1 scopes, \d+ resources checked\n$/);
    expect(out).toMatch(/\nerror {2}pls-visibility-differs {2}1 found\n|^error {2}pls-visibility-differs/);
    expect(out).toMatch(/✖ \d+ open: \d+ errors?, \d+ warnings?, \d+ info \(0 acknowledged, 0 suspected\)\n/);
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
  });

  test("a cluster's name means its subscription and its network", async () => {
    const { report } = await audited("--scope", "one");
    expect(report.run.scopes).toEqual([SCOPE]);
  });

  test("reports go to files, in the format of the file extension", async () => {
    const [page, sarif] = [join(directory, "drift.html"), join(directory, "drift.sarif")];
    const { code } = await mooring("audit", "-o", "csv", "--report", page, "--report", sarif);
    expect(code).toBe(0);
    expect(await readFile(page, "utf8")).toMatch(/^<!doctype html>/);
    expect(JSON.parse(await readFile(sarif, "utf8")).version).toBe("2.1.0");
  });

  test("all invalid options are reported together, and nothing is audited", async () => {
    const { code, err } = await mooring(
      ..."audit -o pdf --fail-on bad --report x.doc --report /no/where.md".split(" "),
    );
    expect([code, err]).toEqual([
      2,
      [
        "mooring: --output pdf: unknown format; use table, json, jsonl, csv, markdown, sarif, html",
        "mooring: --fail-on bad: unknown severity; use error, warning, info",
        "mooring: --report x.doc: unknown file extension",
        "mooring: --report /no/where.md: the folder does not exist or is not writable",
        "",
      ].join("\n"),
    ]);
    const unknown = await mooring("audit", "--scope", "nowhere");
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining("nowhere")]);
    expect((await mooring("audit", "list")).out).toBe("Nothing found.\n");
    expect((await mooring("audit", "show")).code).toBe(2);
  });

  test("an unreadable scope is reported, changes no finding, and fails", async () => {
    await visibilityFinding();
    arm.faults.add({
      path: "privateLinkServices$",
      action: { kind: "error", status: 403, code: "AuthorizationFailed" },
    });
    const { code, report } = await audited("--scope", SCOPE);
    expect(code).toBe(1);
    expect(report.run.unfinished).toMatchObject([
      { scope: SCOPE, state: "failed", why: expect.stringMatching(/\w/) },
    ]);
    expect(report.findings.map(({ check }) => check)).toContain("pls-visibility-differs");
  });

  test("Ctrl-C stops after running scopes, skips the others, and reports both", async () => {
    arm.faults.add({ path: "/subscriptions/", action: { kind: "latency", milliseconds: 300 } });
    const { code, out, err } = await runCli(["audit"], {
      env: { ...env, MOORING_SUBSCRIPTIONS: [SUBSCRIPTION, ...MANY].join(",") },
      interruptAt: /Auditing [1-9] of 16 scopes/,
    });
    expect(code).toBe(130);
    expect(err).toMatch(/Stopping; press Ctrl-C again to exit immediately\.\n/);
    expect(err).toMatch(
      /mooring: stopped; ([1-9]|1\d) of 16 scopes were not audited; the findings of the others are kept\n$/,
    );
    expect(out).toMatch(/! mooring was skipped\n/);
    expect(out).toMatch(/\nAudit [\d-]+: cancelled, /);
    const kept = JSON.parse(
      (await mooring("findings", "-o", "json", "--check", "pls-visibility-differs")).out,
    );
    expect(kept).toMatchObject([{ about: OURS }]);
  });
});

describe("history", () => {
  test("diff shows new and resolved findings; --fail-on considers only new ones", async () => {
    const { id } = await visibilityFinding();
    const first = await mooring("audit", "diff");
    expect([first.code, first.err]).toEqual([2, "mooring: there is no audit before the latest one\n"]);
    expect((await mooring("findings", "fix", id, "--yes")).code).toBe(0);
    await audited();
    const mended = await mooring("audit", "diff", "--fail-on", "error");
    expect(mended.code).toBe(0);
    expect(mended.out).toMatch(new RegExp(`\\n- ${id} {2}error {2}pls-visibility-differs {2}ours in rg\\n`));
    await openToAll();
    await audited();
    const again = await mooring("audit", "diff", "previous", "latest", "--fail-on", "error");
    expect([again.code, again.out]).toEqual([1, expect.stringContaining(`\n+ ${id}  error`)]);
    const data = JSON.parse((await mooring("audit", "diff", "-o", "json")).out);
    expect(data).toMatchObject({ appeared: [{ id, reopened: 1 }], resolved: [], worse: [] });
  });

  test("list and show remember", async () => {
    const { id } = await visibilityFinding();
    const { report } = await audited();
    const listed = JSON.parse((await mooring("audit", "list", "-o", "json")).out);
    expect(listed.map((run: { id: string }) => run.id)).toEqual([report.run.id, report.since?.run]);
    expect((await mooring("audit", "list")).out).toMatch(/^AUDIT +STATE +ERRORS +WARNINGS +INFO /);
    const shown = await mooring("audit", "show", "previous", "-o", "jsonl", "--fail-on", "error");
    expect(shown.code).toBe(1);
    expect(
      shown.out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).id),
    ).toContain(id);
  });

  test("trend is a line a check, or a bar a day of one", async () => {
    await audited("--scope", SCOPE);
    expect((await mooring("audit", "trend")).out).toMatch(/\npls-visibility-differs +█ +1 +1 +1\n/);
    expect((await mooring("audit", "trend", "--check", "pls-visibility-differs")).out).toMatch(/1 +█{40}\n$/);
    expect((await mooring("audit", "trend", "--check", "pls-visibility-difers")).err).toContain(
      "did you mean pls-visibility-differs?",
    );
    expect((await mooring("audit", "trend", "--days", "many")).code).toBe(2);
  });

  test("start hands it to the workers; cancel stops it, once", async () => {
    const { code, out } = await mooring("audit", "start", "--scope", "mooring");
    const id = out.trim();
    expect(code).toBe(0);
    expect((await mooring("audit", "list")).out).toContain("running");
    expect((await mooring("audit", "cancel", id)).out).toBe(
      `Audit ${id} is cancelled; findings of completed scopes are kept.\n`,
    );
    expect((await mooring("audit", "cancel", id)).out).toBe(`Audit ${id} had already ended: cancelled.\n`);
    expect((await mooring("audit", "cancel", "1999")).code).toBe(2);
  });
});

describe("mooring findings", () => {
  test("lists open findings; an invalid filter is reported with the valid values", async () => {
    const { id } = await visibilityFinding();
    const { out } = await mooring("findings");
    expect(out).toMatch(/^ID +SEVERITY +CHECK +ABOUT +MESSAGE\n/);
    expect(out).toMatch(new RegExp(`${id} +error +pls-visibility-differs +ours +`));
    expect(
      (await mooring("findings", "list", "--severity", "info", "--check", "pls-visibility-differs")).out,
    ).toBe("Nothing found.\n");
    expect((await mooring("findings", "list", "--check", "pls-visibility-difers")).err).toBe(
      "mooring: --check pls-visibility-difers: there is no check pls-visibility-difers; did you mean pls-visibility-differs?\n",
    );
    const typo = await mooring("findings", "list", "--cluster", "typo", "--scope", "moring");
    expect([typo.code, typo.out]).toEqual([2, ""]);
    expect(typo.err.trimEnd().split("\n")).toEqual([
      "mooring: --cluster typo: there is no cluster typo; available: one",
      "mooring: --scope moring: there is no scope moring; did you mean mooring?",
    ]);
    const { code, err } = await mooring("findings", "--state", "gone", "--severity", "bad");
    expect(code).toBe(2);
    expect(err.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^mooring: --state gone: /),
      expect.stringMatching(/^mooring: --severity bad: /),
    ]);
  });

  test("what comes from outside steers no terminal", async () => {
    const hostile = reported({ message: "\u001B[2Jgone\u202E", about: "a\nb", advice: "\u009B31m" });
    await ports.tables.findings.transact("all", [{ do: "put", key: "hostile", value: hostile }]);
    for (const args of [["findings"], ["findings", "show", hostile.id], ["findings", "-o", "json"]]) {
      const { code, out } = await mooring(...args);
      expect([code, out.replaceAll("\n", "")]).toEqual([0, expect.not.stringMatching(/[\p{Cc}\p{Cf}]/u)]);
      expect(out).toContain("gone");
    }
  });

  test("an acknowledged finding fails nothing and shows who and why; withdrawn it is open again", async () => {
    const { id } = await visibilityFinding();
    const failing = async () => {
      const { report } = await audited("--scope", SCOPE);
      return report.findings.find((finding) => finding.id === id)?.state;
    };
    const done = await mooring(
      "findings",
      "acknowledge",
      id.slice(0, 6),
      "--until",
      "7d",
      "--reason",
      "in December",
    );
    expect([done.code, done.out]).toEqual([
      0,
      expect.stringMatching(/^Acknowledged until 20[\d-]+T.*Z: \w{12}, pls-/),
    ]);
    expect(await failing()).toBe("acknowledged");
    const shown = (await mooring("findings", "show", id)).out;
    expect(shown).toMatch(/^id +\w{12}\nstate +acknowledged\nseverity +error\n/);
    expect(shown).toMatch(/\nacknowledged +by ada \(direct\) at .*\nuntil .*\nreason +in December\n/);
    expect((await mooring("findings", "withdraw", id)).out).toBe(
      `Acknowledgement removed: ${id}, pls-visibility-differs.\n`,
    );
    expect(await failing()).toBe("open");
    expect((await mooring("findings", "withdraw", id)).out).toMatch(/^Not acknowledged/);
  });

  test("an invalid date and a missing reason are reported together; so is an unknown finding", async () => {
    const { id } = await visibilityFinding();
    for (const until of ["2026-02-30", "2020-01-01", "0d", "soon"]) {
      const { code, err } = await mooring("findings", "acknowledge", id, "--until", until, "--reason", " ");
      expect([code, err]).toEqual([
        2,
        `mooring: --until ${until}: not a future date (2026-12-24), time in UTC, or duration (12h, 7d, 4w)\nmooring: --reason: must not be empty\n`,
      ]);
    }
    const far = await mooring("findings", "acknowledge", id, "--until", "9999w", "--reason", "x");
    expect([far.code, far.err]).toEqual([
      2,
      expect.stringMatching(/^mooring: .* within the next 366 days\n$/),
    ]);
    const nobody = await mooring("findings", "acknowledge", "zzz", "--until", "1d", "--reason", "x");
    expect([nobody.code, nobody.err]).toEqual([
      2,
      expect.stringMatching(/^mooring: finding zzz does not exist; /),
    ]);
  });

  test("fix shows the plan and requires confirmation, then repairs the PLS; the journal records why", async () => {
    const { id } = await visibilityFinding();
    const asked = await mooring("findings", "fix", id);
    expect([asked.code, asked.err]).toEqual([
      2,
      "mooring: confirmation is required, but standard input is not a terminal; use --yes\n",
    ]);
    expect(asked.out).toContain(`~ properties.visibility.subscriptions: ["*"] -> ["${SUBSCRIPTION}"]`);
    expect(await visibility()).toEqual(["*"]);
    const { code, out } = await mooring("findings", "fix", id, "--yes");
    expect([code, out]).toEqual([0, expect.stringMatching(/applied .*\/ours \(journal [\w-]+\)\n$/)]);
    expect(await visibility()).toEqual([SUBSCRIPTION]);
    const [entry] = JSON.parse((await mooring("journal", "list", "-o", "json")).out);
    expect(entry).toMatchObject({ who: "ada (direct)", cause: `finding ${id} (pls-visibility-differs)` });
    const again = await mooring("findings", "fix", id, "--yes");
    expect([again.code, again.err]).toEqual([
      1,
      expect.stringMatching(/^mooring: Mooring cannot fix this finding: /),
    ]);
  });
});
