/** What the orphan classifier sees: gathered once, pure data. */
import type { Cluster } from "../declarations/clusterModel.ts";
import type { Feed } from "../declarations/model.ts";
import type { Declared } from "../kubernetes/intent.ts";
import type { Hold } from "./model.ts";
import type { PrivateLinkService, LoadBalancer } from "../azure/networkModel.ts";

export interface ClusterView {
  readonly cluster: Cluster;
  /** What ARM states of the managed cluster; `unknown` when it could not be read, or when what was read contradicts itself. */
  readonly state: "present" | "gone" | "unknown";
  /** Why the state is unknown. */
  readonly doubt?: string;
  /** What the cluster reported, if it ever did. Read after Azure was, and before `declared`. */
  readonly feed?: Feed;
  /** When admission proposed something last, of what is proposed still. */
  readonly admittedAtUtc?: string;
  /** What it confirmed, and what admission saw since. */
  readonly declared: readonly Declared[];
}

export interface World {
  readonly clusters: readonly ClusterView[];
  readonly balancers: readonly LoadBalancer[];
  readonly privateLinkServices: readonly PrivateLinkService[];
  /** Subscriptions whose lists could not be read, with what the read threw; nothing of them is judged. */
  readonly unreadable: ReadonlyMap<string, unknown>;
  /** What operators keep. */
  readonly holds: readonly Hold[];
  readonly nowUtc: string;
  /** What was confirmed before this time proves nothing. */
  readonly freshSinceUtc: string;
}

/** When anything of the cluster reached Mooring last; `undefined` if nothing ever did. Pure. */
export function lastHeardUtc({ feed, declared, admittedAtUtc }: ClusterView): string | undefined {
  const proposals = declared.filter(({ strength }) => strength === "proposal");
  const proposed = proposals.map(({ observedAtUtc }) => observedAtUtc);
  return [feed?.heardAtUtc, feed?.admittedAtUtc, admittedAtUtc, ...proposed]
    .filter((one) => one !== undefined)
    .toSorted()
    .at(-1);
}

/** A cluster that ARM does not have but that still reports is registered under a wrong id, not deleted. Pure. */
export function isHeardOf(view: ClusterView, sinceUtc: string): boolean {
  return view.state === "gone" && (lastHeardUtc(view) ?? "") > sinceUtc;
}
