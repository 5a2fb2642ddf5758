/**
 * Binds a registration to a cluster's identity. The first complete list binds it; an operator confirms a rebuilt cluster, or one
 * for which Azure provides no evidence that its lists are its own.
 */
import * as z from "zod";
import { Conflict, InvalidInput } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import type { Cluster, ClusterIdentity, Corroboration } from "./clusterModel.ts";
import { findCluster, forgetDeclared, listClusters, replaceCluster, requireCluster } from "./registry.ts";

export const Rebinding = z.strictObject({
  uid: z.guid("not a valid uid").toLowerCase(),
  reason: z.string().trim().min(1, "required").max(500),
  who: z.string().min(1),
});
export type Rebinding = z.infer<typeof Rebinding>;

/**
 * Binds the registration to the identity of the rebuilt cluster, so that its next list is accepted. Removes the old cluster's
 * declarations. No resource can become an orphan until the new list is complete.
 * @throws InvalidInput if the cluster is not registered or not bound, has this identity, or another cluster has it · Conflict
 */
export async function rebindCluster(run: Run, name: string, rebinding: unknown): Promise<ClusterIdentity> {
  const { uid, reason, who } = parseRebinding(rebinding);
  const before = await requireCluster(run, name);
  refuseRebinding(before, uid, await listClusters(run));
  // Before and after: neither an interruption nor a list that arrives meanwhile may leave declarations of the old cluster.
  await forgetDeclared(run, name);
  const atUtc = run.now().toISOString();
  const corroboration = { by: "operator" as const, detail: `${who}: ${reason}`, atUtc };
  const identity: ClusterIdentity = { uid, boundAtUtc: atUtc, corroboration };
  await replaceCluster(run, name, (cluster) => {
    if (cluster.identity?.uid !== before.identity?.uid)
      throw new Conflict(`cluster ${name} was bound to another identity meanwhile: check it and try again`);
    return { ...cluster, identity };
  });
  await forgetDeclared(run, name);
  run.log.warn("cluster identity confirmed by an operator", {
    cluster: name,
    identity: uid,
    previousIdentity: before.identity?.uid,
    who,
    reason,
  });
  return identity;
}

function parseRebinding(rebinding: unknown): Rebinding {
  const parsed = Rebinding.safeParse(rebinding);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`));
}

function refuseRebinding({ name, identity }: Cluster, uid: string, registered: readonly Cluster[]): void {
  if (!identity)
    throw new InvalidInput(`cluster ${name} has no identity yet: its first complete list sets it`);
  const holder = registered.find((one) => one.identity?.uid.toLowerCase() === uid);
  if (holder && holder.name !== name)
    throw new InvalidInput(`identity ${uid} belongs to cluster ${holder.name}`);
}

/**
 * The identity that the cluster is bound to, after binding it to `uid` if it was not bound.
 * @throws InvalidInput if it is no longer registered · Conflict
 */
export async function bindIdentity(
  run: Run,
  { name, registeredAtUtc }: Cluster,
  uid: string,
): Promise<ClusterIdentity> {
  const known = (await findCluster(run, name))?.identity;
  if (known) return known;
  const bound = { uid, boundAtUtc: run.now().toISOString() };
  const { identity = bound } = await replaceCluster(run, name, (cluster) => {
    // The host may have read an earlier registration of the same name.
    if (cluster.registeredAtUtc !== registeredAtUtc)
      throw new Conflict(`cluster ${name} was registered again meanwhile: try again`);
    return { ...cluster, identity: cluster.identity ?? bound };
  });
  run.log.info("cluster bound", { cluster: name, identity: identity.uid });
  return identity;
}

/** Records the evidence that the cluster's lists are its own. @throws InvalidInput if it is no longer registered · Conflict */
export async function corroborateIdentity(
  run: Run,
  name: string,
  corroboration: Corroboration,
): Promise<void> {
  await replaceCluster(run, name, (cluster) =>
    cluster.identity && !cluster.identity.corroboration
      ? { ...cluster, identity: { ...cluster.identity, corroboration } }
      : cluster,
  );
}
