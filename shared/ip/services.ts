/** For which Service a resource in Azure was created, as far as clusters reported. */
import { listClusters } from "../clusters/registry.ts";
import { listDeclared } from "../declarations/declared.ts";
import { baseName, nameBase } from "../intents/frontendName.ts";
import type { Cluster } from "../clusters/model.ts";
import type { Declared } from "../intents/model.ts";
import type { LinkRow } from "../inventory/model.ts";
import { serviceName } from "../inventory/owner.ts";
import { clusterOfFrontend } from "../links/owner.ts";
import { canonicalId, parseResourceId } from "../network/resourceId.ts";
import type { Run } from "../ports.ts";
import { mapAtMost, waitForAll } from "../waitForAll.ts";

const AT_ONCE = 8;

export interface Services {
  /** `cluster/namespace/name`; `undefined` if none is recorded. */
  of(holderId: string): string | undefined;
  linkAt(subscription: string, key: string): LinkRow | undefined;
}

export async function readServices(run: Run): Promise<Services> {
  const { tables, subscriptions } = run.ports;
  const clusters = await listClusters(run);
  const [declared, links] = await waitForAll([
    mapAtMost(AT_ONCE, clusters, ({ name }) => listDeclared(run, name)),
    mapAtMost(AT_ONCE, subscriptions, (one) => Array.fromAsync(tables.links.list(one))),
  ]);
  return servicesOf({ clusters, declared: declared.flat(), links: links.flat() });
}

interface Recorded {
  readonly clusters: readonly Cluster[];
  readonly declared: readonly Declared[];
  readonly links: readonly { readonly partition: string; readonly key: string; readonly value: LinkRow }[];
}

/** Pure. */
function servicesOf({ clusters, declared, links }: Recorded): Services {
  const byName = new Map(declared.map((one) => [nameBase(baseName(one.uid)), serviceName(one)]));
  const byId = new Map(links.map(({ value }) => [canonicalId(value.id), value]));
  const byKey = new Map(links.map(({ partition, key, value }) => [`${partition} ${key}`, value]));
  return {
    of(holderId) {
      const link = byId.get(canonicalId(holderId));
      const name = parseResourceId(holderId)?.name ?? "";
      return link ? ownerOf(link, clusters) : byName.get(nameBase(name));
    },
    linkAt: (subscription, key) => byKey.get(`${subscription} ${key}`),
  };
}

function ownerOf({ owner, frontendIds }: LinkRow, clusters: readonly Cluster[]): string | undefined {
  const cluster = clusterOfFrontend(frontendIds[0] ?? "", clusters);
  return owner !== undefined && cluster ? `${cluster.name}/${owner}` : undefined;
}
