import { canonicalId, parseResourceId } from "../../network/resourceId.ts";
import type { Policy } from "../../policy.ts";
import type { Run } from "../../ports.ts";
import type { Checked } from "../checkScope.ts";
import { runChecks } from "../checks.ts";

/** The subnets of one virtual network, as the inventory has them. */
export async function checkVnet(run: Run, policy: Policy, vnetId: string): Promise<Checked> {
  const rows = await Array.fromAsync(run.ports.tables.subnets.list(canonicalId(vnetId)));
  const subjects = await Promise.all(
    rows.map(async ({ value }) => ({ subnet: value, hasLinks: await hasLinks(run, value.id) })),
  );
  return { found: runChecks("subnet", subjects, policy.audit.checks), looked: rows.length };
}

async function hasLinks(run: Run, subnetId: string): Promise<boolean> {
  for await (const { value } of run.ports.tables.addresses.list(canonicalId(subnetId)))
    if (
      parseResourceId(value.assignment?.holderId ?? "")?.type.toLowerCase() ===
      "microsoft.network/privatelinkservices"
    )
      return true;
  return false;
}
