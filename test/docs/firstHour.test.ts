/** The tutorial `docs/get-started/first-hour.md`: runs every command in the order of the page, against a sandbox. */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { DemoWorld } from "../../dev/sandbox/demo/world.ts";
import type { Sandbox } from "../../dev/sandbox/start/startSandbox.ts";
import { internal } from "../../dev/sandbox/world/definition.ts";
import { sandboxed, START_MILLISECONDS } from "../builders/sandboxed.ts";

const SUBSCRIPTIONS = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];
const ROOT = join(import.meta.dirname, "../..");

let directory: string;
let sandbox: Sandbox;
let world: DemoWorld;
let close: () => Promise<void> | undefined = () => undefined;

beforeAll(async () => {
  ({ sandbox, state: directory, close } = await sandboxed());
  world = new DemoWorld(sandbox, sandbox.arm.fetch);
  await world.eventually("the scan that finds the seeded load balancers", async () =>
    (await whoHas("10.240.8.71")).includes("in use by") ? true : undefined,
  );
}, START_MILLISECONDS);

afterAll(() => close());

test("every command of the tutorial has the described result", async () => {
  const [start, names, refusal, check, take, portal, healed, left, policy, doctor, sick, ...others] =
    await blocks("docs/get-started/first-hour.md");
  expect(others).toEqual([]);
  expect(start).toBe("npm start\n");
  expect(names).toContain("mooring()");

  const refused = JSON.parse(await shell(`${refusal}`));
  expect(refused).toMatchObject({
    allowed: false,
    message: expect.stringMatching(/10\.240\.8\.71 is in use by .*nearest free addresses: .*10\.240\.8\.72/),
  });
  expect(await shell(`${check}`)).toMatch(/address-in-use[^]*refused\n$/);

  const taken = await shell(`${take}`);
  expect(taken).toMatch(/^{"allowed":true/);
  expect(taken).toContain("10.240.8.72, static");

  await shell(`${portal}`);
  // A repair that meets another write of the resource fails, and is tried again.
  await world.eventually("the Private Link Service as declared", async () =>
    /update +pls-payments +applied/.test(await shell("mooring journal list")) ? true : undefined,
  );
  const shown = await shell(`${healed}`);
  expect(shown).toMatch(/state +in sync/);
  expect(shown).toMatch(/system +update +pls-payments +applied/);

  const audited = await shell(`${left}`);
  expect(audited).toContain("Azure has no managed cluster aks-old, but it reported at");
  expect(audited).toContain("cluster-identity-lacks-permission");

  expect(await shell(`${policy}`)).toMatch(/unknown-annotation: "deny"[^]*Policy applied: version \S+\.\n$/);

  const well = await shell(`${doctor}`);
  expect(well).toMatch(/ok, 5 warnings, 0 failed/);
  expect(well.match(/^! warning +\S+ \S+ \S+/gm)).toEqual([
    ...SUBSCRIPTIONS.flatMap((one) =>
      ["sweep", "restore"].map((role) => `! warning  rights ${one} ${role}:`),
    ),
    "! warning  registrations aks-old: resourceId:",
  ]);
  expect(await shell(`${sick}`)).toMatch(
    /✖ fail +clock Azure Resource Manager: its clock is \d+ seconds ahead[^]*something is wrong\n$/,
  );
}, 240_000);

/** The message of admission for a Service that requests the address; nothing is claimed. */
async function whoHas(address: string): Promise<string> {
  const probe = internal("probe", { "load-balancer-ipv4": address });
  const path = "/clusters/aks-one/namespaces/shop/services/probe?dryRun=All";
  return String((await world.control("PUT", path, probe)).message);
}

/** The commands of a page, block by block. */
async function blocks(path: string): Promise<string[]> {
  const page = await readFile(join(ROOT, path), "utf8");
  return [...page.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, commands = ""]) => commands);
}

/** Runs commands in a shell, against this test's sandbox. @throws Error with the complete output if they fail */
async function shell(commands: string): Promise<string> {
  const preamble = `set -e
SANDBOX=${sandbox.controlUrl}/sandbox
mooring() { "${process.execPath}" --env-file="${directory}/app.env" "${inject("builtCli")}" "$@"; }
`;
  const child = spawn("bash", ["-c", preamble + commands], {
    cwd: directory,
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if ((await code) === 0) return out;
  throw new Error(`${commands}\n${out}\n${err}`);
}
