/**
 * Registered clusters and their tokens. A token is 256 random bits, shown once and stored as its SHA-256: with that much
 * entropy a slow hash would add nothing. Partition `all`; key = cluster name.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { InvalidInput } from "../errors.ts";
import { parseResourceId } from "../network/resourceId.ts";
import type { Run } from "../ports.ts";
import type { Cluster } from "./model.ts";

const PARTITION = "all";

export const Registration = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "lower-case letters, digits and dashes, 1 to 63"),
  resourceId: z
    .string()
    .refine(
      (id) => hasType(id, "microsoft.containerservice/managedclusters"),
      "not the id of a managed cluster",
    ),
  nodeResourceGroup: z.string().min(1).max(90),
  vnetId: z
    .string()
    .refine((id) => hasType(id, "microsoft.network/virtualnetworks"), "not the id of a virtual network"),
  defaultSubnet: z.string().min(1).max(80),
});
export type Registration = z.infer<typeof Registration>;

/** Registers a cluster, or replaces its registration, and gives its new token: the only time it is seen. @throws InvalidInput */
export async function registerCluster(
  run: Run,
  registration: unknown,
): Promise<{ name: string; token: string }> {
  const parsed = Registration.safeParse(registration);
  if (!parsed.success)
    throw new InvalidInput(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`));
  const token = randomBytes(32).toString("base64url");
  const value: Cluster = {
    ...parsed.data,
    tokenHashes: [hash(token)],
    registeredAtUtc: run.now().toISOString(),
  };
  await run.ports.tables.clusters.transact(PARTITION, [{ do: "put", key: value.name, value }]);
  return { name: value.name, token };
}

export async function findCluster(run: Run, name: string): Promise<Cluster | undefined> {
  return (await run.ports.tables.clusters.get(PARTITION, name))?.value;
}

export async function listClusters(run: Run): Promise<Cluster[]> {
  const rows = await Array.fromAsync(run.ports.tables.clusters.list(PARTITION));
  return rows.map(({ value }) => value);
}

/** True if the token is one of the cluster's; an unknown cluster takes as long and looks the same. */
export function isTokenOf(cluster: Cluster | undefined, token: string): boolean {
  const given = Buffer.from(hash(token), "hex");
  const valid = (cluster?.tokenHashes ?? [hash("")]).map((known) =>
    timingSafeEqual(given, Buffer.from(known, "hex")),
  );
  return cluster !== undefined && valid.includes(true);
}

function hash(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function hasType(id: string, type: string): boolean {
  return parseResourceId(id)?.type.toLowerCase() === type;
}
