/**
 * Binds a registration to one cluster: the first complete list binds it, by the uid of its Service
 * `default/kubernetes`. A list with another uid is a list of another cluster, regardless of its token.
 */
import { bindIdentity } from "./clusterIdentity.ts";
import type { Cluster } from "./clusterModel.ts";
import { InvalidInput } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import { listClusters } from "./registry.ts";
import type { Listing, RefusedList } from "./model.ts";
import { listSession } from "./query.ts";
import type { Step, Taking } from "./step.ts";

export type Identified = { readonly ok: true } | ({ readonly ok: false; readonly message: string } & Foreign);

/** Whose list it is. */
export type Foreign = Pick<RefusedList, "identity" | "holder">;

/** Binds the cluster if it is not bound yet. @throws InvalidInput if the list has several Services `default/kubernetes` */
export async function identify(
  run: Run,
  cluster: Cluster,
  { identities }: Pick<Listing, "identities">,
): Promise<Identified> {
  const [uid, ...others] = identities;
  if (others.length > 0)
    throw new InvalidInput(
      "the list has several Services default/kubernetes; send the API server's own answer",
    );
  if (uid === undefined)
    return {
      ok: false,
      identity: "none",
      message: `${foreign(cluster)}: it has no Service default/kubernetes`,
    };
  const holder = (await listClusters(run)).find(
    ({ name, identity }) => name !== cluster.name && identity?.uid === uid,
  );
  if (holder) {
    const message = `${foreign(cluster)}: it is that of cluster ${holder.name}`;
    return { ok: false, identity: uid, holder: holder.name, message };
  }
  const bound = await bindIdentity(run, cluster, uid);
  if (bound.uid === uid) return { ok: true };
  const message = `${foreign(cluster)}: its Service default/kubernetes has uid ${uid}, not ${bound.uid}`;
  return {
    ok: false,
    identity: uid,
    message: `${message}; if the cluster was rebuilt, run \`mooring clusters rebind ${cluster.name}\``,
  };
}

function foreign({ name }: Cluster): string {
  return `this is not the list of cluster ${name}`;
}

const FOREIGN_PAUSE_SECONDS = 30;

/** Only reports it; the session has to list again before its windows count. */
export function foreignStep(
  run: Run,
  { feed, session, cluster }: Taking,
  { identity, holder, message }: Foreign & { readonly message: string },
): Step {
  run.log.error("list refused", { cluster: cluster.name, identity, holder });
  const refused = {
    identity,
    ...(holder !== undefined && { holder }),
    atUtc: run.now().toISOString(),
    count: (feed.refused?.count ?? 0) + 1,
  };
  return {
    feed: { ...feed, refused },
    session: listSession(session.id, feed.sequence + 1),
    outcome: "foreign",
    problems: [message],
    retryAfterSeconds: FOREIGN_PAUSE_SECONDS,
  };
}

/** What to do about lists of another cluster. */
export function foreignAdvice(name: string, { holder }: Pick<RefusedList, "holder">): string {
  return holder === undefined
    ? `remove the manifests of ${name} from the other cluster; if ${name} was rebuilt, run mooring clusters rebind ${name}`
    : `apply the manifests of ${name} in cluster ${name} and remove them from cluster ${holder}; if the first list of each was sent with the token of the other, run mooring clusters rebind ${name} --exchange ${holder}`;
}
