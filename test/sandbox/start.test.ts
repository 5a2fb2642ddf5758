import { spawn, type ChildProcess } from "node:child_process";
import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const ANY_PORTS = [
  "--port",
  "0",
  "--arm-port",
  "0",
  "--identity-port",
  "0",
  "--blob-port",
  "0",
  "--queue-port",
  "0",
  "--table-port",
  "0",
];

let state: string;
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), "mooring-start-"));
});
afterAll(() => rm(state, { recursive: true, force: true }));

interface Started {
  process: ChildProcess;
  output: () => string;
  /** Resolves with the exit code. */
  ended: Promise<number | null>;
  /** Resolves when the text was printed, or the process ended. */
  printed(text: string): Promise<void>;
}

function start(script: string, args: readonly string[] = [], nodeArgs: readonly string[] = []): Started {
  const child = spawn(process.execPath, [...nodeArgs, join(ROOT, script), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const waiting = new Set<() => void>();
  const take = (chunk: Buffer) => {
    output += chunk.toString();
    for (const look of waiting) look();
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const printed = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => output.includes(text) && resolve();
      waiting.add(look);
      look();
      void ended.then(() => resolve());
    });
  return { process: child, output: () => output, ended, printed };
}

/** Requests the address of a node: its scale set is in no list of network interfaces. */
const ON_NODES = `apiVersion: v1
kind: Service
metadata:
  name: onnodes
  namespace: shop
  annotations:
    service.beta.kubernetes.io/azure-load-balancer-internal: "true"
    service.beta.kubernetes.io/azure-load-balancer-internal-subnet: nodes
    service.beta.kubernetes.io/azure-load-balancer-ipv4: 10.240.0.4
spec:
  type: LoadBalancer
  ports: [{ port: 443 }]
`;

const urlOf = (output: string, line: string) =>
  new RegExp(`${line} +(https?://\\S+)`).exec(output)?.[1] ?? "";

describe("npm start", () => {
  test("brings up the world, ends on Ctrl-C with nothing left, and finds its state again", async () => {
    const first = start("dev/sandbox/main.ts", ["--state", state, ...ANY_PORTS]);
    await first.printed("Mooring is ready");
    expect(first.output()).toContain("aks-one (8 Services), aks-two (7 Services), aks-solo (5 Services)");
    const host = urlOf(first.output(), "Functions host");
    expect((await fetch(`${host}/api/health`)).status).toBe(200);
    const cli = start("cli/main.ts", ["clusters", "list"], [`--env-file=${join(state, "app.env")}`]);
    expect([await cli.ended, cli.output()]).toEqual([
      0,
      expect.stringContaining("MC_rg-solo_aks-solo_westeurope"),
    ]);
    const privateLinkServices = start(
      "cli/main.ts",
      ["pls", "list"],
      [`--env-file=${join(state, "app.env")}`],
    );
    expect([await privateLinkServices.ended, privateLinkServices.output()]).toEqual([
      0,
      expect.stringContaining("pls-ledger"),
    ]);
    const manifest = join(state, "onnodes.yaml");
    await writeFile(manifest, ON_NODES);
    const check = start(
      "cli/main.ts",
      ["check", "--cluster", "aks-one", manifest],
      [`--env-file=${join(state, "app.env")}`],
    );
    expect([await check.ended, check.output()]).toEqual([1, expect.stringContaining("address-in-use")]);
    first.process.kill("SIGINT");
    expect(await first.ended).toBe(0);
    await expect(fetch(`${host}/api/health`)).rejects.toThrow();
    await expect(access(join(state, "app.env"))).rejects.toThrow();

    const second = start("dev/sandbox/main.ts", ["--state", state, ...ANY_PORTS]);
    await second.printed("Mooring is ready");
    expect(second.output()).toContain("found from an earlier start");
    const clusters = await (
      await fetch(`${urlOf(second.output(), "Identity, control")}/sandbox/clusters`)
    ).json();
    expect(
      (clusters as { name: string; services: number }[]).map(({ name, services }) => `${name} ${services}`),
    ).toEqual(["aks-one 8", "aks-two 7", "aks-solo 5"]);
    second.process.kill("SIGTERM");
    expect(await second.ended).toBe(0);
  }, 180_000);

  test("states which port is in use, and what to do, in one line", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const started = start("dev/sandbox/main.ts", [
      "--state",
      state,
      ...ANY_PORTS,
      "--arm-port",
      String(port),
    ]);
    expect([await started.ended, started.output()]).toEqual([
      2,
      `npm start: port ${port} (arm) is taken: pass --arm-port or set MOORING_SANDBOX_ARM_PORT\n`,
    ]);
    server.close();
  });

  test.each([
    [["--port", "many"], "npm start: --port: many is not a port\n"],
    [["--nonsense"], "npm start: Unknown option '--nonsense'"],
  ])("%j is refused", async (args, message) => {
    const started = start("dev/sandbox/main.ts", args);
    expect(await started.ended).toBe(2);
    expect(started.output()).toContain(message);
  });
});

test("npm run demo runs all steps, and each one passes", async () => {
  const demo = start("dev/sandbox/demo/main.ts", ["--control", "http://127.0.0.1:1"]);
  expect([await demo.ended, demo.output()]).toEqual([0, expect.stringContaining("All 8 steps passed.")]);
}, 240_000);
