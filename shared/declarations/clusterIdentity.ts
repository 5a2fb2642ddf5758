/**
 * Which cluster a registration is bound to, and why its lists are known to be its own. The first complete list binds it; an operator confirms
 * a rebuilt cluster, or one that nothing in Azure corroborates.
 */
import * as z from "zod";
import { Conflict, InvalidInput } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import type { Cluster, ClusterIdentity, Corroboration } from "./clusterModel.ts";
import { findCluster, forgetDeclared, listClusters, replaceCluster, requireCluster } from "./registry.ts";

export const Rebinding = z.strictObject({
  uid: z.guid("not the uid of a Service").toLowerCase(),
  reason: z.string().trim().min(1, "required").max(500),
  who: z.string().min(1),
});
export type Rebinding = z.infer<typeof Rebinding>;

/**
 * Gives the registration the identity of the rebuilt cluster, so that its next list is accepted. What the cluster declared before is
 * removed: another cluster declared it. Nothing is judged an orphan until the new list is complete.
 * @throws InvalidInput if the cluster is not registered or not bound, has this identity, or another cluster has it · Conflict
 */
export async function rebindCluster(run: Run, name: string, rebinding: unknown): Promise<ClusterIdentity> {
  const { uid, reason, who } = parseRebinding(rebinding);
  const before = await requireCluster(run, name);
  refuseRebinding(before, uid, await listClusters(run));
  // Before and after: neither an interruption nor a list that arrives meanwhile leaves declarations of the old cluster behind.
  await forgetDeclared(run, name);
  const atUtc = run.now().toISOString();
  const corroboration = { by: "operator" as const, detail: `${who}: ${reason}`, atUtc };
  const identity: ClusterIdentity = { uid, boundAtUtc: atUtc, corroboration };
  await replaceCluster(run, name, (cluster) => {
    if (cluster.identity?.uid !== before.identity?.uid)
      throw new Conflict(`cluster ${name} was bound to another identity meanwhile: look at it again`);
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
    throw new InvalidInput(`cluster ${name} has no identity yet: its first complete list binds it`);
  const holder = registered.find((one) => one.identity?.uid.toLowerCase() === uid);
  if (holder && holder.name !== name)
    throw new InvalidInput(`identity ${uid} is that of cluster ${holder.name}`);
}

/**
 * The identity that the cluster is bound to, after binding it to `uid` if it was not bound.
 * @throws InvalidInput if it is not registered any more · Conflict
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
    // A host may have read the registration that had the name before.
    if (cluster.registeredAtUtc !== registeredAtUtc)
      throw new Conflict(`cluster ${name} was registered again`);
    return { ...cluster, identity: cluster.identity ?? bound };
  });
  run.log.info("cluster bound", { cluster: name, identity: identity.uid });
  return identity;
}

/** Records why the cluster's lists are known to be its own. @throws InvalidInput if it is not registered any more · Conflict */
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
