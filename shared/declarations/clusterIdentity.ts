/**
 * Binds a registration to a cluster's identity. The first complete list binds it; an operator confirms a rebuilt cluster, or one
 * for which Azure provides no evidence that its lists are its own.
 */
import * as z from "zod";
import { Conflict, InvalidInput } from "../core/errors.ts";
import { waitForAll } from "../core/waitForAll.ts";
import type { Run } from "../ports/ports.ts";
import { readFeed } from "./feed.ts";
import { betweenReports } from "./reportLease.ts";
import type { Feed } from "./model.ts";
import type { Cluster, ClusterIdentity } from "./clusterModel.ts";
import {
  findCluster,
  forgetDeclared,
  listClusters,
  replaceCluster,
  replaceClusters,
  requireCluster,
} from "./registry.ts";

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
  const { uid, ...confirmed } = parse(Rebinding, rebinding);
  await requireCluster(run, name);
  return betweenReports(run, [name], async () => {
    const before = await requireCluster(run, name);
    refuseRebinding(before, uid, await listClusters(run));
    const [identity] = await bind(run, [{ before, uid }], { ...confirmed, isCorroborated: true });
    return identity as ClusterIdentity;
  });
}

const Exchange = Rebinding.omit({ uid: true }).extend({ other: z.string().min(1) });

/**
 * Gives two clusters the identity of each other, in one transaction: the first list of each was sent with the token of the other one.
 * Removes the declarations of both. It is no evidence that the lists are of these clusters: their frontends have to show it again.
 * @throws InvalidInput if one of them is not registered or not bound, or Mooring does not refuse the lists of both · Conflict
 */
export async function exchangeIdentities(
  run: Run,
  name: string,
  exchange: unknown,
): Promise<readonly { readonly name: string; readonly identity: ClusterIdentity }[]> {
  const { other, ...confirmed } = parse(Exchange, exchange);
  if (name === other) throw new InvalidInput("identities are exchanged between two different clusters");
  for (const each of [name, other]) await requireCluster(run, each);
  return betweenReports(run, [name, other].toSorted(), () => exchangeAlone(run, [name, other], confirmed));
}

async function exchangeAlone(
  run: Run,
  [name, other]: readonly [string, string],
  confirmed: Omit<Confirmed, "isCorroborated">,
) {
  const one = await requireCluster(run, name);
  const two = await requireCluster(run, other);
  if (!one.identity || !two.identity)
    throw new InvalidInput([one, two].filter(({ identity }) => !identity).map(notBound));
  await demandMixUp(run, name, other);
  const swapped = [
    { before: one, uid: two.identity.uid },
    { before: two, uid: one.identity.uid },
  ];
  const identities = await bind(run, swapped, { ...confirmed, isCorroborated: false });
  return identities.map((identity, at) => ({ name: at === 0 ? name : other, identity }));
}

/**
 * The word of an operator is one source. The second one are the newest lists of both clusters, which Mooring refused, each because it is that
 * of the other: a manifest in the wrong context causes only one of them. @throws InvalidInput
 */
async function demandMixUp(run: Run, one: string, two: string): Promise<void> {
  const [ofOne, ofTwo] = await waitForAll([readFeed(run, one), readFeed(run, two)] as const);
  if (isRefusedFor(ofOne, two) && isRefusedFor(ofTwo, one)) return;
  throw new InvalidInput(
    `Mooring does not refuse the lists of both ${one} and ${two}, each because it is that of the other: apply the manifests of each cluster in its own context first`,
  );
}

function isRefusedFor(feed: Feed | undefined, holder: string): boolean {
  const { refused, list } = feed ?? {};
  return refused?.holder === holder && refused.atUtc > (list?.atUtc ?? "");
}

interface Binding {
  readonly before: Cluster;
  readonly uid: string;
}

interface Confirmed extends Pick<Rebinding, "reason" | "who"> {
  /** The operator states whose lists they are. */
  readonly isCorroborated: boolean;
}

/** All of them or none. Before and after: neither an interruption nor a list that arrives meanwhile may leave earlier declarations. */
async function bind(
  run: Run,
  bindings: readonly Binding[],
  { reason, who, isCorroborated }: Confirmed,
): Promise<ClusterIdentity[]> {
  const forget = async () => {
    for (const { before } of bindings) await forgetDeclared(run, before.name);
  };
  await forget();
  const atUtc = run.now().toISOString();
  const corroboration = { by: "operator" as const, detail: `${who}: ${reason}`, atUtc };
  const identities = bindings.map(({ uid }) => ({
    uid,
    boundAtUtc: atUtc,
    ...(isCorroborated && { corroboration }),
  }));
  const names = bindings.map(({ before }) => before.name);
  await replaceClusters(run, names, (cluster, at) => {
    if (cluster.identity?.uid !== bindings[at]?.before.identity?.uid)
      throw new Conflict(
        `cluster ${cluster.name} was bound to another identity meanwhile: check it and try again`,
      );
    const identity = identities[at];
    return identity ? { ...cluster, identity } : cluster;
  });
  await forget();
  for (const { before, uid } of bindings)
    run.log.warn("cluster identity confirmed by an operator", {
      cluster: before.name,
      identity: uid,
      previousIdentity: before.identity?.uid,
      who,
      reason,
    });
  return identities;
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`));
}

function notBound({ name }: Cluster): string {
  return `cluster ${name} has no identity yet: its first complete list sets it`;
}

function refuseRebinding(cluster: Cluster, uid: string, registered: readonly Cluster[]): void {
  const { name, identity } = cluster;
  if (!identity) throw new InvalidInput(notBound(cluster));
  const holder = registered.find((one) => one.identity?.uid.toLowerCase() === uid);
  if (holder && holder.name !== name)
    throw new InvalidInput(
      `identity ${uid} belongs to cluster ${holder.name}; if the first list of each was sent with the token of the other, run \`mooring clusters rebind ${name} --exchange ${holder.name}\``,
    );
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

/**
 * Records whose lists they are, unless the cluster was bound again meanwhile: corroboration is recorded once, a mix-up replaces an earlier
 * one. @throws InvalidInput if the cluster is no longer registered · Conflict
 */
export async function recordWhose(
  run: Run,
  { name, identity: judged }: Cluster,
  found: Pick<ClusterIdentity, "corroboration" | "mixUp">,
): Promise<void> {
  await replaceCluster(run, name, (cluster) =>
    cluster.identity && cluster.identity.boundAtUtc === judged?.boundAtUtc
      ? {
          ...cluster,
          identity: { ...found, ...cluster.identity, ...(found.mixUp && { mixUp: found.mixUp }) },
        }
      : cluster,
  );
}
