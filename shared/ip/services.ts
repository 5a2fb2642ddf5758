/** For which Service a resource in Azure was created, as far as clusters reported. */
import { listClusters } from "../declarations/registry.ts";
import { listDeclared } from "../declarations/declared.ts";
import { baseName, nameBase } from "../kubernetes/frontendName.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import type { Declared } from "../kubernetes/intent.ts";
import type { PlsRow } from "../inventory/model.ts";
import { serviceName } from "../inventory/owner.ts";
import { clusterOfFrontend } from "../declarations/plsOwner.ts";
import { canonicalId, parseResourceId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import { mapAtMost, waitForAll } from "../core/waitForAll.ts";

const AT_ONCE = 8;

export interface Services {
  /** `cluster/namespace/name`; `undefined` if none is recorded. */
  of(holderId: string): string | undefined;
  plsAt(subscription: string, key: string): PlsRow | undefined;
}

export async function readServices(run: Run): Promise<Services> {
  const { tables, subscriptions } = run.ports;
  const clusters = await listClusters(run);
  const [declared, privateLinkServices] = await waitForAll([
    mapAtMost(AT_ONCE, clusters, ({ name }) => listDeclared(run, name)),
    mapAtMost(AT_ONCE, subscriptions, (one) => Array.fromAsync(tables.privateLinkServices.list(one))),
  ]);
  return servicesOf({ clusters, declared: declared.flat(), privateLinkServices: privateLinkServices.flat() });
}

interface Recorded {
  readonly clusters: readonly Cluster[];
  readonly declared: readonly Declared[];
  readonly privateLinkServices: readonly {
    readonly partition: string;
    readonly key: string;
    readonly value: PlsRow;
  }[];
}

/** Pure. */
function servicesOf({ clusters, declared, privateLinkServices }: Recorded): Services {
  const byName = new Map(declared.map((one) => [nameBase(baseName(one.uid)), serviceName(one)]));
  const byId = new Map(privateLinkServices.map(({ value }) => [canonicalId(value.id), value]));
  const byKey = new Map(
    privateLinkServices.map(({ partition, key, value }) => [`${partition} ${key}`, value]),
  );
  return {
    of(holderId) {
      const pls = byId.get(canonicalId(holderId));
      const name = parseResourceId(holderId)?.name ?? "";
      return pls ? ownerOf(pls, clusters) : byName.get(nameBase(name));
    },
    plsAt: (subscription, key) => byKey.get(`${subscription} ${key}`),
  };
}

function ownerOf({ owner, frontendIds }: PlsRow, clusters: readonly Cluster[]): string | undefined {
  const cluster = clusterOfFrontend(frontendIds[0] ?? "", clusters);
  return owner !== undefined && cluster ? `${cluster.name}/${owner}` : undefined;
}
