/**
 * `npm run stills`: the screenshots of the README and of docs/reference/doctor.md, taken of a new sandbox: the output of the
 * command line and the dashboard in Chromium. Writes PNG files to docs/stills/.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { openChromium } from "./chromium.ts";
import { DemoWorld } from "../sandbox/demo/world.ts";
import { firstScan } from "../sandbox/start/firstScan.ts";
import { ANY_PORTS } from "../sandbox/start/ports.ts";
import { startSandbox, type Sandbox } from "../sandbox/start/startSandbox.ts";
import { buildApp } from "./build.ts";
import { dashboardStills } from "./stills/dashboard.ts";
import { runMooring, terminalStill, type Said } from "./stills/terminal.ts";

const OUTPUT = join(import.meta.dirname, "../../docs/stills");

/** A Service with three mistakes that people make. */
const MANIFEST = `apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
  annotations:
    service.beta.kubernetes.io/azure-load-balancer-internal: "true"
    service.beta.kubernetes.io/azure-load-balancer-ipv4: 10.240.8.71
    service.beta.kubernetes.io/azure-pls-create: "true"
    service.beta.kubernetes.io/azure-pls-visibilty: "*"
spec:
  type: LoadBalancer
  ports: [{ port: 443 }]
`;

const state = await mkdtemp(join(tmpdir(), "mooring-stills-"));
const sandbox = await startSandbox({ app: await buildApp(join(state, "app")), state, ports: ANY_PORTS });
const browser = await openChromium();
try {
  await mkdir(OUTPUT, { recursive: true });
  for (const name of await take(browser, sandbox)) console.log(`wrote docs/stills/${name}`);
} finally {
  await browser.close();
  await sandbox.stop();
  await rm(state, { recursive: true, force: true });
}

async function take(chromium: Browser, world: Sandbox): Promise<string[]> {
  const { hostUrl, settings } = world;
  await writeFile(join(state, "web.yaml"), MANIFEST);
  await lookedAround(new DemoWorld(world, world.arm.fetch));
  const mooring = (...args: readonly string[]) => runMooring(args, { cwd: state, settings });
  // The findings that the pictures show.
  await mooring("audit", "run");
  const terminal = await terminalStill(chromium, join(OUTPUT, "terminal.png"), [
    await mooring("check", "--cluster", "aks-one", "web.yaml"),
    await mooring("connections", "list"),
    await mooring("orphans", "explain", "pls-legacy"),
  ]);
  const dashboard = await dashboardStills(chromium, OUTPUT, hostUrl);
  await unsettle(world, mooring);
  const doctor = await terminalStill(chromium, join(OUTPUT, "doctor.png"), [await mooring("doctor")]);
  return [terminal, ...dashboard, doctor];
}

/** Every permission is used, and the clock of Azure is wrong: most checks of the doctor have something to report. */
async function unsettle({ arm }: Sandbox, mooring: (...args: string[]) => Promise<Said>): Promise<void> {
  await writeFile(join(state, "policy.yaml"), "modes: { sweep: enforce }\n");
  await mooring("policy", "apply", "policy.yaml", "--yes", "--reason", "screenshots");
  arm.faults.add({ path: "/metadata/endpoints", action: { kind: "skewClock", seconds: 900 } });
}

/** Resolves when Mooring has scanned the networks and quarantined the orphans of the seed. */
async function lookedAround(world: DemoWorld): Promise<void> {
  await firstScan(world.about.hostUrl);
  await world.fire("sweepOrphans");
  await world.eventually("the quarantine", async () => {
    const answer = await fetch(`${world.about.hostUrl}/api/v1/orphans`);
    const { items } = (await answer.json()) as { items: object[] };
    return items.some((one) => "quarantine" in one) || undefined;
  });
}
