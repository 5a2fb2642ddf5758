/**
 * Clusters in one virtual network with everything that may happen to the addresses of their Services: admission, what the API server makes of it,
 * reports, the cloud controller and scans. It keeps what is true, so that tests can compare it with what Mooring believes.
 */
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { admit } from "../../shared/admission/admit.ts";
import { AdmissionReview, type AdmissionResponse } from "../../shared/admission/review.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import { scanInventory, type ScanReport } from "../../shared/inventory/scan.ts";
import type { AddressRow } from "../../shared/inventory/model.ts";
import { findDeletedClusters } from "../../shared/orphans/deletedClusters.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";
import { Reporter, type ReportedService } from "./reports.ts";
import { balancerId, cluster, managedCluster, subnetId, subnetInAzure } from "./world.ts";

const A = "service.beta.kubernetes.io/azure-";
export const SUBNET = subnetId("apps");

export interface Wish {
  readonly address?: string;
  readonly ports?: readonly number[];
  readonly replaces?: string;
  /** Name of its Private Link Service. */
  readonly pls?: string;
  readonly natAddress?: string;
}

export interface Living extends Wish {
  readonly cluster: string;
  readonly name: string;
  readonly uid: string;
  readonly isTerminating?: boolean;
}

/** What the API server does with an admitted object. */
export type After = "accepted" | "refused";

export class ClaimWorld {
  readonly run: MemoryRun = memoryRun();
  readonly reporters = new Map<string, Reporter>();
  /** By `cluster/name`. */
  readonly living = new Map<string, Living>();
  readonly clusters: readonly string[];
  #uids = 0;

  constructor(clusters: readonly string[] = ["one", "two"]) {
    this.clusters = clusters;
    this.run.network.allSubnets = [subnetInAzure()];
  }

  async start(policy: object = {}): Promise<this> {
    for (const name of this.clusters) {
      const value = cluster({ name, nodeResourceGroup: `MC_${name}` });
      await this.run.tables.clusters.transact("all", [{ do: "put", key: name, value }]);
      this.reporters.set(name, new Reporter(this.run, name));
      const { resourceId: id, nodeResourceGroup } = value;
      this.run.network.clusters.push(managedCluster({ id, nodeResourceGroup }));
    }
    await applyPolicy(this.run, policy);
    await this.scan();
    for (const name of this.clusters) await this.list(name);
    return this;
  }

  newUid(): string {
    this.#uids += 1;
    return `${String(this.#uids).padStart(8, "0")}-0000-4000-8000-000000000000`;
  }

  /** Admission of a new object, under whatever name. */
  async create(owner: string, wish: Wish, after: After = "accepted"): Promise<AdmissionResponse> {
    const [where = "", name = ""] = owner.split("/");
    const service = { ...wish, cluster: where, name, uid: this.newUid() };
    const response = await this.#review("CREATE", service);
    // The API server refuses a name that exists.
    if (response.allowed && after === "accepted" && !this.living.has(owner)) this.living.set(owner, service);
    return response;
  }

  async update(owner: string, wish: Wish, after: After = "accepted"): Promise<AdmissionResponse | undefined> {
    const before = this.living.get(owner);
    if (!before) return undefined;
    const { cluster: where, name, uid } = before;
    const service = { ...wish, cluster: where, name, uid };
    const response = await this.#review("UPDATE", service, before);
    if (response.allowed && after === "accepted") this.living.set(owner, service);
    return response;
  }

  /** A DELETE, after which the Service is terminating until its controller finishes. */
  async remove(owner: string, after: After = "accepted"): Promise<AdmissionResponse | undefined> {
    const before = this.living.get(owner);
    if (!before) return undefined;
    const response = await this.#review("DELETE", undefined, before);
    if (response.allowed && after === "accepted") this.living.set(owner, { ...before, isTerminating: true });
    return response;
  }

  /** The controller's work in one cluster: frontends of Services that go, then those that it can build. */
  reconcile(where: string): void {
    for (const [owner, one] of this.living)
      if (one.cluster === where && one.isTerminating) {
        this.run.network.uses = this.run.network.uses.filter(
          ({ holderId }) => !holderId.includes(baseName(one.uid)),
        );
        this.living.delete(owner);
      }
    const own = [...this.living.values()].filter((one) => one.cluster === where);
    const names = new Set(own.map(({ uid, address }) => `${baseName(uid)} ${address}`));
    this.run.network.uses = this.run.network.uses.filter(
      ({ holderId, address }) =>
        !holderId.includes(`/MC_${where}/`) || names.has(`${holderId.split("/").at(-1)} ${address}`),
    );
    for (const one of own) this.#build(one);
  }

  #build({ cluster: where, uid, address }: Living): void {
    const { network } = this.run;
    if (address === undefined || network.uses.some((use) => use.address === address)) return;
    const holderId = `${balancerId(`MC_${where}`)}/frontendIPConfigurations/${baseName(uid)}`;
    network.uses = [...network.uses, { address, subnetId: SUBNET, holderId }];
  }

  /**
   * Azure deletes the managed cluster with its node resource group: it never reports again.
   * @param left true: its load balancers stay
   */
  deleteCluster(where: string, left = false): void {
    const { network } = this.run;
    network.clusters = network.clusters.filter(({ id }) => !id.endsWith(`/${where}`));
    if (!left) network.uses = network.uses.filter(({ holderId }) => !holderId.includes(`/MC_${where}/`));
    for (const [owner, one] of this.living) if (one.cluster === where) this.living.delete(owner);
    this.reporters.delete(where);
  }

  /** A complete list, with the actions that follow it. */
  async list(where: string): Promise<void> {
    const reporter = this.reporters.get(where);
    const answer = await reporter?.list(this.#reported(where));
    if (answer && answer.outcome !== "list complete")
      throw new Error(`${answer.outcome}: ${answer.problems?.join("; ")}`);
  }

  #reported(where: string): ReportedService[] {
    return [...this.living.values()]
      .filter((one) => one.cluster === where)
      .map((one) => ({
        name: one.name,
        uid: one.uid,
        annotations: annotationsOf(one),
        ports: (one.ports ?? [80]).map((port) => ({ port, protocol: "TCP" })),
        ...(one.isTerminating && { deletionTimestamp: this.run.clock.nowUtc }),
      }));
  }

  /** @param isFiltered Azure's lists of this scan are empty, and the subnet counts all the same */
  async scan(isFiltered = false): Promise<ScanReport> {
    this.run.clock.advance(10);
    const { network } = this.run;
    const { uses } = network;
    if (isFiltered) [network.uses, network.hiddenUses] = [[], uses];
    try {
      return await scanInventory(this.run, undefined, findDeletedClusters);
    } finally {
      if (isFiltered) [network.uses, network.hiddenUses] = [uses, []];
    }
  }

  /** Until everything that is true is reported and read: an address that is free afterwards is free. */
  async settle(): Promise<void> {
    for (let round = 0; round < 4; round += 1) {
      for (const name of this.clusters) this.reconcile(name);
      for (const name of this.clusters) await this.list(name);
      this.run.clock.advance(60);
      await this.scan();
    }
  }

  async row(address: string): Promise<AddressRow | undefined> {
    return this.run.tables.addresses.all().find((row) => row.address === address);
  }

  /** `cluster/name` of those who claim the address now. */
  async claimants(address: string): Promise<string[]> {
    const claims = (await this.row(address))?.claims ?? [];
    return claims.map(({ owner }) => `${owner.cluster}/${owner.name}`).toSorted();
  }

  async #review(operation: string, service?: Living, before?: Living): Promise<AdmissionResponse> {
    const one = service ?? before;
    const review = AdmissionReview.parse({
      apiVersion: "admission.k8s.io/v1",
      kind: "AdmissionReview",
      request: {
        uid: `review of ${one?.uid}`,
        kind: { group: "", version: "v1", kind: "Service" },
        namespace: "shop",
        name: one?.name,
        operation,
        object: service ? objectOf(service) : null,
        oldObject: before ? objectOf(before) : null,
      },
    });
    const where = one?.cluster ?? "";
    return admit(this.run, cluster({ name: where, nodeResourceGroup: `MC_${where}` }), review);
  }
}

function annotationsOf({ address, replaces, pls, natAddress }: Wish): Record<string, string> {
  return {
    [`${A}load-balancer-internal`]: "true",
    ...(address !== undefined && { [`${A}load-balancer-ipv4`]: address }),
    ...(pls !== undefined && {
      [`${A}pls-create`]: "true",
      [`${A}pls-name`]: pls,
      [`${A}pls-resource-group`]: "rg-pls",
    }),
    ...(natAddress !== undefined && { [`${A}pls-ip-configuration-ip-address`]: natAddress }),
    ...(replaces !== undefined && { "mooring.dev/replaces": replaces }),
  };
}

function objectOf(one: Living): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: one.name, namespace: "shop", uid: one.uid, annotations: annotationsOf(one) },
    spec: { type: "LoadBalancer", ports: (one.ports ?? [80]).map((port) => ({ port, protocol: "TCP" })) },
  };
}
