/**
 * The auditing side as a separate process, so that its memory is measured alone: pages the lists, scans, or
 * audits, as its parent requests, and reports the time, the writes and the peak memory.
 */
import { NetworkManagementClient } from "@azure/arm-network";
import pLimit from "p-limit";
import type { ArmAccess } from "../../../shared/adapters/armAccess.ts";
import { azureNetwork } from "../../../shared/adapters/network.ts";
import { openResources } from "../../../shared/adapters/resources.ts";
import { createPorts } from "../../../shared/adapters/ports.ts";
import { runAudit } from "../../../shared/audit/runAudit.ts";
import { scanInventory } from "../../../shared/inventory/scan.ts";
import { silentLog } from "../../../shared/ports/log.ts";
import type { Ports, Run } from "../../../shared/ports/ports.ts";
import { parseSettings } from "../../../shared/core/settings.ts";
import { countTableCalls } from "../inventory.ts";
import { milliseconds } from "../figures.ts";
import { declareEverything } from "./declare.ts";

const AT_ONCE = 4;
const MEBIBYTE = 1024;

export interface Asked {
  readonly do: "page" | "declare" | "scan" | "audit";
}

export interface Told {
  readonly milliseconds: number;
  readonly writes: number;
  readonly reads: number;
  readonly findings: number;
  /** The most that the process ever had, MiB. */
  readonly peakMebibytes: number;
}

const settings = parseSettings(process.env);
const run = newRun();

process.on("message", (asked: Asked) => void answer(asked));
process.on("disconnect", () => process.exit());
process.send?.("ready");

async function answer({ do: what }: Asked): Promise<void> {
  let findings = 0;
  const counted = countTableCalls(run);
  const took = await milliseconds(async () => {
    findings = await DOES[what](counted.run);
  });
  const peakMebibytes = process.resourceUsage().maxRSS / MEBIBYTE;
  const writes = counted.writes();
  const reads = counted.calls() - writes;
  process.send?.({ milliseconds: took, writes, reads, findings, peakMebibytes } satisfies Told);
}

const DOES: Readonly<Record<Asked["do"], (run: Run) => Promise<number>>> = {
  page: async () => {
    const limit = pLimit(AT_ONCE);
    await Promise.all(settings.MOORING_SUBSCRIPTIONS.map((one) => limit(() => page(one))));
    return 0;
  },
  declare: async (counted) => {
    await declareEverything(counted);
    return 0;
  },
  scan: async (counted) => {
    await scanInventory(withoutAddressRows(counted));
    return 0;
  },
  audit: async (counted) => {
    const { run: done, scopes } = await runAudit(counted, { who: "bench", why: "bench", atOnce: AT_ONCE });
    const whys = scopes.flatMap(({ scope, why }) => (why === undefined ? [] : [`${scope}: ${why}`]));
    if (done.state !== "done") throw new Error(`the audit ended ${done.state}: ${whys.join("; ")}`);
    const { error = 0, warning = 0, info = 0 } = done.counts ?? {};
    return error + warning + info;
  },
};

/**
 * Address rows are not kept: an audit reads those of a subnet only if their digest is not Azure's, and Azurite looks through all of a table for
 * each list.
 */
function withoutAddressRows(counted: Run): Run {
  const addresses: Ports["tables"]["addresses"] = {
    get: async () => undefined,
    list: async function* list() {},
    transact: async (_, writes) => ({ ok: true, versions: writes.map(() => "1") }),
  };
  return { ...counted, ports: { ...counted.ports, tables: { ...counted.ports.tables, addresses } } };
}

/** The lists that an audit of the subscription cannot do without, and nothing else. */
async function page(subscription: string): Promise<void> {
  const { credential, endpoint } = access();
  const client = new NetworkManagementClient(credential, subscription, { endpoint });
  await Promise.all(
    [
      client.loadBalancers.listAll(),
      client.privateLinkServices.listBySubscription(),
      client.networkInterfaces.listAll(),
    ].map(drained),
  );
  await azureNetwork(access()).managedClusters(subscription);
}

/** Page by page: nothing is kept. */
async function drained(list: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of list);
}

function access(): ArmAccess {
  const token = process.env["BENCH_TOKEN"] ?? "";
  return {
    credential: { getToken: async () => ({ token, expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) },
    endpoint: settings.MOORING_ARM_ENDPOINT,
  };
}

function newRun(): Run {
  const ports = {
    ...createPorts(settings).ports,
    network: azureNetwork(access()),
    resources: openResources(access()),
  };
  const signal = new AbortController().signal;
  return { ports, now: () => new Date(), newId: () => crypto.randomUUID(), log: silentLog, signal };
}
