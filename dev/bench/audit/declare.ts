/** What the estate's clusters declare, written as registration and reports would. */
import type { Cluster } from "../../../shared/declarations/clusterModel.ts";
import type { Declared, PlsIntent } from "../../../shared/kubernetes/intent.ts";
import type { Run } from "../../../shared/ports/ports.ts";
import { writeRows } from "../../../shared/storage/writeRows.ts";
import {
  clusterId,
  clusterName,
  CLUSTERS,
  PRIVATE_LINK_SERVICES,
  nodeGroup,
  SERVICES,
  serviceUid,
  subscriptionId,
  vnetId,
} from "./estate.ts";

const SINCE = "2026-01-01T00:00:00.000Z";

export async function declareEverything(run: Run): Promise<void> {
  const clusters = run.ports.subscriptions.flatMap((_, n) =>
    Array.from({ length: CLUSTERS }, (_, cluster) => ({ n, cluster })),
  );
  const put = <T>(key: string, value: T) => ({ do: "put", key, value }) as const;
  const { tables } = run.ports;
  await writeRows(
    tables.clusters,
    "all",
    clusters.map(({ n, cluster }) => put(clusterName(n, cluster), registered(n, cluster))),
  );
  const confirmed = { resourceVersion: "10", sequence: 5, atUtc: run.now().toISOString() };
  await writeRows(
    tables.feeds,
    "all",
    clusters.map(({ n, cluster }) => {
      const name = clusterName(n, cluster);
      return put(name, { cluster: name, sequence: 5, confirmed, list: { ...confirmed, services: SERVICES } });
    }),
  );
  for (const { n, cluster } of clusters) {
    const declared = Array.from({ length: SERVICES }, (_, service) => declaration(n, cluster, service));
    await writeRows(
      tables.declarations,
      clusterName(n, cluster),
      declared.map((one) => put(`apps/${one.name}`, one)),
    );
  }
}

function registered(n: number, cluster: number): Cluster {
  return {
    name: clusterName(n, cluster),
    resourceId: clusterId(n, cluster),
    nodeResourceGroup: nodeGroup(n, cluster),
    vnetId: vnetId(n),
    defaultSubnet: "s0",
    tokens: [],
    registeredAtUtc: SINCE,
    identity: { uid: `cluster ${n} ${cluster}`, boundAtUtc: SINCE },
  };
}

function declaration(n: number, cluster: number, service: number): Declared {
  return {
    cluster: clusterName(n, cluster),
    namespace: "apps",
    name: `s${service}`,
    uid: serviceUid(n, cluster, service),
    strength: "confirmation",
    resourceVersion: "5",
    observedAtUtc: SINCE,
    intent: {
      internal: true,
      addresses: {},
      ipFamilies: ["IPv4"],
      ports: [{ protocol: "TCP", port: 80 }],
      ...(service < PRIVATE_LINK_SERVICES && { pls: pls(n, service) }),
    },
  };
}

function pls(n: number, service: number): PlsIntent {
  return {
    create: true,
    subnet: `s${service}`,
    natIpCount: 1,
    natIps: [],
    fqdns: [],
    proxyProtocol: false,
    visibility: [subscriptionId(n)],
    autoApproval: [],
  };
}
