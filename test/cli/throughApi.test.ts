/** Commands of people go through the API of the built app: as a reader and as an operator, without rights to storage or Azure. */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { DemoWorld } from "../../dev/sandbox/demo/world.ts";
import { sandboxed, START_MILLISECONDS, type Sandboxed } from "../builders/sandboxed.ts";
import { runCli } from "./runCli.ts";
import { openTerminal, type Terminal } from "./signedIn.ts";

let at: Sandboxed;
let reader: Terminal;
let operator: Terminal;
beforeAll(async () => {
  at = await sandboxed();
  reader = await openTerminal(at.sandbox);
  operator = await openTerminal(at.sandbox);
  expect((await reader.loginAs("reader@sandbox")).code).toBe(0);
  expect((await operator.loginAs("operator@sandbox")).code).toBe(0);
  expect((await operator.mooring(["audit"])).code).toBe(0);
}, START_MILLISECONDS);
afterAll(async () => {
  await Promise.all([reader.close(), operator.close()]);
  await at.close();
});

const read = async (...args: string[]) => JSON.parse((await reader.mooring(["-o", "json", ...args])).out);

const READS = [
  "clusters list",
  "clusters show aks-one",
  "ip list --limit 10000",
  "ip find shop/web",
  "ip who 10.240.8.71",
  "ip next --subnet apps --vnet vnet-shared --count 2",
  "pls list",
  "pls show pls-reports",
  "pls plan",
  "connections list --all",
  "findings list --state all",
  "orphans list --all",
  "orphans holds",
  "journal list",
  "audit list",
  "audit show",
  "audit trend",
  "queue list",
  "queue show",
  "policy show",
  "policy history",
  "refusals",
];

describe("a reader", () => {
  test.each(READS)("mooring %s prints the same as with --direct", async (line) => {
    const args = [...line.split(" "), "-o", line === "policy show" ? "yaml" : "json"];
    // The app may change something between the two.
    await vi.waitFor(
      async () => {
        const through = await reader.mooring(args);
        const direct = await runCli([...args, "--direct"], { env: at.sandbox.settings });
        expect([through.code, through.err]).toEqual([0, ""]);
        expect(withoutTimes(through.out)).toBe(withoutTimes(direct.out));
      },
      { timeout: 60_000 },
    );
  });

  test("checks manifests with the inventory of the app", async () => {
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: "new",
        namespace: "shop",
        annotations: {
          "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
          "service.beta.kubernetes.io/azure-load-balancer-ipv4": "10.240.8.4",
        },
      },
      spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
    };
    const args = ["check", "--cluster", "aks-one", "-"];
    const input = JSON.stringify(service);
    const through = await reader.mooring(args, { input });
    expect([through.code, through.out]).toEqual([
      1,
      expect.stringMatching(/^shop\/new {2}deny\n {2}<stdin>:1:\d+ /),
    ]);
    expect(through.out).toContain("10.240.8.4 is");
    expect(await runCli([...args, "--direct"], { input, env: at.sandbox.settings })).toEqual(through);
    expect(await reader.mooring(["check", "--cluster", "aks-onr", "-"], { input })).toMatchObject({
      code: 2,
      err: expect.stringContaining("there is no registered cluster aks-onr; did you mean aks-one?"),
    });
  });

  test.each([
    ["connections reject %connection --reason x --yes"],
    ["orphans hold pls-legacy --reason x"],
    ["ip release 10.240.8.71 --reason x --force --yes"],
    ["policy apply - --reason x --yes"],
    ["audit start"],
    ["audit run"],
    ["queue replay pls --all"],
    ["queue drop pls --all --yes"],
    ["findings acknowledge %finding --until 1d --reason x"],
    ["stop storm"],
    ["resume"],
  ])("mooring %s is refused with the role that it needs", async (line) => {
    const args = (await filled(line)).split(" ");
    const { code, err } = await reader.mooring(args, { input: "maxDeletesPerRun: 3" });
    expect([code, err]).toEqual([
      1,
      "mooring: Signed in as reader@sandbox, but without role Mooring.Operator\n",
    ]);
  });
});

/** With the names of a pending connection and of a finding. */
async function filled(line: string): Promise<string> {
  const [connection] = line.includes("%connection") ? await read("connections", "list") : [];
  const [finding] = line.includes("%finding") ? await read("findings", "list") : [];
  return line.replace("%connection", connection?.name).replace("%finding", finding?.id);
}

/** Reads of Azure and reports have the time of the command. */
function withoutTimes(text: string): string {
  return text.replaceAll(/"(atUtc|generatedAtUtc)": "[^"]+"/g, '"$1": ""');
}

describe("an operator", () => {
  const mooring = (line: string, input = "") => operator.mooring(line.split(" "), { input });

  test("has their name in a hold, a finding, a policy, and the journal", async () => {
    expect((await mooring("orphans hold pls-legacy --reason drill")).code).toBe(0);
    expect(await read("orphans", "holds")).toMatchObject([{ name: "pls-legacy", who: "operator@sandbox" }]);
    expect((await mooring("orphans release pls-legacy")).out).toMatch(/^Released: /);
    expect(await read("orphans", "holds")).toEqual([]);

    const [{ id }] = await read("findings", "list");
    expect((await mooring(`findings acknowledge ${id} --until 1d --reason drill`)).code).toBe(0);
    expect((await reader.mooring(["findings", "show", id])).out).toContain("by operator@sandbox at");
    expect((await mooring(`findings withdraw ${id}`)).out).toMatch(/^Acknowledgement removed/);

    const before = (await reader.mooring(["policy", "show", "-o", "json"])).out;
    const changed = JSON.stringify({ ...JSON.parse(before), maxDeletesPerRun: 4 });
    const applied = await mooring("policy apply - --reason drill --yes", changed);
    expect(applied.out).toMatch(/^~ maxDeletesPerRun: 5 -> 4\nPolicy applied: version /);
    const shown = (await reader.mooring(["policy", "show"])).out;
    expect(shown).toMatch(/^# applied at \S+Z by operator@sandbox: drill\n/);
    expect((await mooring("policy rollback --reason drill --yes")).out).toContain("4 -> 5");
    expect((await reader.mooring(["policy", "diff", "-"], { input: before })).out).toBe("No changes.\n");
  });

  test("sees the plan of a repair, which is refused while writes are stopped", async () => {
    const world = new DemoWorld(at.sandbox, at.sandbox.arm.fetch);
    expect((await mooring("stop drill")).code).toBe(0);
    expect((await reader.mooring(["stop"])).code).toBe(1);
    const { id } = (await read("pls", "list")).find(({ name }: { name: string }) => name === "pls-ledger");
    const body = await world.arm("GET", id);
    const visibility = { subscriptions: ["*"] };
    await world.arm("PUT", id, { ...body, properties: { ...body.properties, visibility } });
    const { code, out } = await world.eventually("the cluster to confirm its Services", async () => {
      await world.control("POST", "/clusters/aks-one/confirm");
      const ran = await mooring("pls reconcile pls-ledger --yes");
      return ran.out.startsWith("No changes.") ? undefined : ran;
    });
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(
        /Plan: 0 to make, 1 to change, 0 to delete\.\nrefused \S+pls-ledger: stopped: writes are stopped/,
      ),
    ]);
    expect(await reader.mooring(["pls", "reconcile", "pls-ledger", "--yes"])).toMatchObject({
      code: 1,
      out: expect.stringContaining('visibility.subscriptions: ["*"] -> '),
      err: expect.stringContaining("without role Mooring.Operator"),
    });
    expect((await mooring("resume")).out).toBe("Writes to Azure are allowed again.\n");
  });

  test("decides a connection; the journal has their name", async () => {
    const rows: Record<string, string>[] = await read("connections", "list", "--all");
    const one = rows.find(({ status, closed }) => status === "Approved" && closed === undefined);
    const { code } = await mooring(`connections reject ${one?.["name"]} --reason drill --yes`);
    expect(code).toBe(0);
    const entries: Record<string, string>[] = await read("journal", "list");
    const { id = "" } = entries.find(({ who }) => who === "operator@sandbox") ?? {};
    const shown = (await reader.mooring(["journal", "show", id.slice(0, 8)])).out;
    expect(shown).toMatch(/\noutcome +applied\nwho +operator@sandbox\n/);
    expect(await mooring(`undo ${id} --yes`)).toMatchObject({
      code: 1,
      err: expect.stringContaining("Azure cannot set a connection back to Pending"),
    });
  });

  test("audits in the app, and sees the progress", async () => {
    const { code, out, err } = await mooring("audit --scope mooring");
    expect([code, err]).toEqual([0, expect.stringMatching(/^Auditing [^]*Audited 1 of 1 scopes\n$/)]);
    expect(out).toMatch(/\nAudit \S+: done, /);
  });

  test("sees which audits and findings there are if a name is wrong", async () => {
    for (const [line, problem] of [
      ["audit show none", "audit none does not exist"],
      [
        "findings list --cluster aks-onr",
        "--cluster aks-onr: there is no cluster aks-onr; did you mean aks-one?",
      ],
      ["journal show none", "there is no journal entry none"],
      ["ip who 192.0.2.1", "No scanned subnet contains 192.0.2.1"],
      ["clusters show aks-onr", "there is no registered cluster aks-onr; did you mean aks-one?"],
      ["orphans restore none --yes", "there is no journal entry none"],
    ] as const)
      expect(await mooring(line)).toMatchObject({ code: 2, err: expect.stringContaining(problem) });
  });
});
