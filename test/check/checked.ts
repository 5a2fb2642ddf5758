/** `mooring check` within the process: manifests judged without the inventory, or against one that is like the sandbox's. */
import { FORMATS, type Checked } from "../../cli/check/formats.ts";
import { addressKey } from "../../shared/azure/addressKey.ts";
import { readManifests } from "../../shared/admission/manifests/read.ts";
import { judge, type Court } from "../../shared/admission/judge.ts";
import type { Declared } from "../../shared/kubernetes/intent.ts";
import { defaultPolicy } from "../../shared/policy/policy.ts";
import { cluster, subnetRow, VNET } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

export interface Setting {
  readonly file?: string;
  readonly court?: Partial<Court>;
}

export async function checkText(text: string, { file = "web.yaml", court }: Setting = {}): Promise<Checked> {
  const { manifests, problems } = readManifests(file, text);
  return { judged: await judge(manifests, { policy: defaultPolicy, old: [], ...court }), problems };
}

/** `rule severity line` of each finding. */
export function found({ judged }: Checked): string[] {
  return judged.flatMap(({ findings }) =>
    findings.map(({ rule, severity, position: { line } }) => `${rule} ${severity} ${line}`),
  );
}

export const ONE = cluster({ name: "aks-one", nodeResourceGroup: "MC_one" });
const SUBNETS = [
  ["nodes", "10.240.0.0/22"],
  ["apps", "10.240.8.0/24"],
  ["links", "10.240.10.0/26"],
] as const;

/** 10.240.8.71 is a frontend of another cluster. */
export async function seeded(
  ...declared: Declared[]
): Promise<{ readonly run: MemoryRun; readonly court: Partial<Court> }> {
  const run = memoryRun();
  const rows = SUBNETS.map(([name, prefix]) =>
    subnetRow({ name, id: `${VNET}/subnets/${name}`, prefixes: [prefix], plsNetworkPolicies: "Disabled" }),
  );
  await run.tables.subnets.transact(
    VNET.toLowerCase(),
    rows.map((value) => ({ do: "put" as const, key: value.name, value })),
  );
  await holdAddress(run, "10.240.8.71", `${ONE.resourceId.replace(/rg-one.*/, "MC_two")}${FRONTEND}`);
  for (const value of declared)
    await run.tables.declarations.transact(ONE.name, [
      { do: "put", key: `${value.namespace}/${value.name}`, value },
    ]);
  return { run, court: { online: { run, cluster: ONE } } };
}

const FRONTEND =
  "/providers/Microsoft.Network/loadBalancers/kubernetes-internal/frontendIPConfigurations/a0123456789abcdef0123456789abcde";

export async function holdAddress(
  run: MemoryRun,
  address: string,
  holderId: string,
  rule?: string,
): Promise<void> {
  const uses = rule === undefined ? [] : [{ rule, protocol: "Tcp", port: 443 }];
  const assignment = { holderId, seenAtUtc: "2026-11-23T11:00:00.000Z", uses };
  await run.tables.addresses.transact(`${VNET}/subnets/apps`.toLowerCase(), [
    { do: "put", key: addressKey(address), value: { address, assignment } },
  ]);
}

/** Each format's text. */
export function formatted(checked: Checked): Record<keyof typeof FORMATS, string> {
  const { text, json, sarif, github } = FORMATS;
  return { text: text(checked), json: json(checked), sarif: sarif(checked), github: github(checked) };
}
