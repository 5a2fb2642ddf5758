/** Registered clusters. Partition `all`; key = cluster name. */
import * as z from "zod";
import { Conflict, InvalidInput } from "../errors.ts";
import { parseResourceId } from "../network/resourceId.ts";
import type { Run } from "../ports.ts";
import type { Row } from "../storage/table.ts";
import { removeRows } from "../storage/writeRows.ts";
import type { Cluster } from "./model.ts";
import { makeToken, rotated } from "./token.ts";

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

/** @throws InvalidInput naming every wrong field */
export function parseRegistration(registration: unknown): Registration {
  const parsed = Registration.safeParse(registration);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`));
}

/** A cluster's new token: the only time it is seen. */
export interface NewToken {
  readonly name: string;
  readonly token: string;
  /** When the token before it ends; absent if there is none. */
  readonly previousEndsAtUtc?: string;
}

/** @throws InvalidInput naming every wrong field, or if the name is taken: a second registration would end the first one's token */
export async function registerCluster(run: Run, registration: unknown): Promise<NewToken> {
  const place = parseRegistration(registration);
  const { secret, token } = makeToken(run.now());
  const value: Cluster = { ...place, tokens: [token], registeredAtUtc: run.now().toISOString() };
  const written = await run.ports.tables.clusters.transact(PARTITION, [
    { do: "insert", key: value.name, value },
  ]);
  if (!written.ok)
    throw new InvalidInput(
      `cluster ${value.name} is registered already: rotate its token, or remove it first`,
    );
  await forgetDeclared(run, value.name);
  return { name: value.name, token: secret };
}

/** A second token; the one before it stays valid for the overlap. @throws InvalidInput if there is no such cluster · Conflict */
export async function rotateToken(run: Run, name: string, overlapHours: number): Promise<NewToken> {
  const row = await requireRow(run, name);
  const now = run.now();
  const { secret, token } = makeToken(now);
  const tokens = rotated(row.value.tokens, token, {
    now,
    endsAt: new Date(now.getTime() + overlapHours * 3_600_000),
  });
  const written = await run.ports.tables.clusters.transact(PARTITION, [
    { do: "replace", key: name, value: { ...row.value, tokens }, version: row.version },
  ]);
  if (!written.ok) throw changedMeanwhile(name);
  const previousEndsAtUtc = tokens[1]?.endsAtUtc;
  return { name, token: secret, ...(previousEndsAtUtc && { previousEndsAtUtc }) };
}

/**
 * Forgets a cluster, its tokens and what it declared. What it has in Azure is nobody's from then on: reported as unknown, never
 * deleted. Its reservations expire by themselves. @throws InvalidInput if there is no such cluster · Conflict
 */
export async function removeCluster(run: Run, name: string): Promise<void> {
  const { version } = await requireRow(run, name);
  const written = await run.ports.tables.clusters.transact(PARTITION, [{ do: "remove", key: name, version }]);
  if (!written.ok) throw changedMeanwhile(name);
  await forgetDeclared(run, name);
}

/** A cluster's declarations are evidence for deletes: they must never be taken for those of another cluster of the same name. */
async function forgetDeclared(run: Run, name: string): Promise<void> {
  const { snapshots, intents } = run.ports.tables;
  await snapshots.transact(PARTITION, [{ do: "remove", key: name }]);
  await removeRows(intents, name, await Array.fromAsync(intents.list(name)));
}

export async function findCluster(run: Run, name: string): Promise<Cluster | undefined> {
  return (await run.ports.tables.clusters.get(PARTITION, name))?.value;
}

export async function listClusters(run: Run): Promise<Cluster[]> {
  const rows = await Array.fromAsync(run.ports.tables.clusters.list(PARTITION));
  return rows.map(({ value }) => value);
}

/** @throws InvalidInput that names those there are */
export async function requireCluster(run: Run, name: string): Promise<Cluster> {
  return (await requireRow(run, name)).value;
}

async function requireRow(run: Run, name: string): Promise<Row<Cluster>> {
  const row = await run.ports.tables.clusters.get(PARTITION, name);
  if (row) return row;
  const names = (await listClusters(run)).map((one) => one.name);
  throw new InvalidInput(`cluster ${name} is not registered; there are ${names.join(", ") || "none"}`);
}

function changedMeanwhile(name: string): Conflict {
  return new Conflict(`cluster ${name} was changed by somebody else: try again`);
}

function hasType(id: string, type: string): boolean {
  return parseResourceId(id)?.type.toLowerCase() === type;
}
