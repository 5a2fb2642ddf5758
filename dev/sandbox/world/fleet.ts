/** The sandbox's clusters, remembered with their tokens and Services, and registered with the app by its own command line. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ArmFetch } from "../cluster/armClient.ts";
import { Cluster } from "../cluster/cluster.ts";
import type { StoreState } from "../cluster/serviceStore.ts";
import { WholeFile } from "../wholeFile.ts";
import { clusterId, LOCATION, nodeGroup, type ClusterDefinition } from "./definition.ts";

const CLI = join(import.meta.dirname, "../../../cli/main.ts");
const SAVE_MILLISECONDS = 300;

interface Kept {
  definition: ClusterDefinition;
  token: string;
  state: StoreState;
}

export interface FleetOptions {
  arm: ArmFetch;
  hostUrl: string;
  /** Settings of the app, for its command line. */
  settings: Record<string, string>;
  statePath?: string;
  /** Program of the app's command line; absent: from its sources. */
  cli?: string;
  /** `loop`: each cluster reports to Mooring all the time; else only on request. */
  senders?: "loop" | "on request";
}

export class Fleet {
  readonly clusters = new Map<string, Cluster>();
  readonly #options: FleetOptions;
  readonly #file: WholeFile | undefined;
  readonly #kept = new Map<string, Omit<Kept, "state">>();
  readonly #loops = new Map<string, { stop: AbortController; ended: Promise<void> }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#file = options.statePath ? new WholeFile(options.statePath, 0o600) : undefined;
  }

  /** Clusters of an earlier run; false if there are none. */
  async load(): Promise<boolean> {
    const text =
      this.#options.statePath && (await readFile(this.#options.statePath, "utf8").catch(() => undefined));
    if (!text) return false;
    for (const { definition, token, state } of JSON.parse(text) as Kept[])
      this.#add(definition, token, state);
    return true;
  }

  /** Registers the cluster with the app and gives it. */
  async register(definition: ClusterDefinition): Promise<Cluster> {
    const { token } = JSON.parse(
      await this.#mooring(
        "-o",
        "json",
        "clusters",
        "add",
        definition.name,
        "--resource-id",
        clusterId(definition),
        "--node-resource-group",
        nodeGroup(definition),
        "--vnet",
        definition.vnetId,
        "--default-subnet",
        definition.defaultSubnet,
      ),
    );
    return this.#add(definition, token);
  }

  /** The cluster's API server is no more. */
  forget(name: string): void {
    this.#loops.get(name)?.stop.abort();
    this.clusters.delete(name);
    this.#kept.delete(name);
    this.#changed();
  }

  /** Ends the senders, and keeps what there is. */
  async stop(): Promise<void> {
    for (const { stop } of this.#loops.values()) stop.abort();
    await Promise.all([...this.#loops.values()].map(({ ended }) => ended));
    await this.save();
  }

  async save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const kept = [...this.#kept].map(([name, one]) => ({
      ...one,
      state: this.clusters.get(name)?.apiServer.store.state(),
    }));
    await this.#file?.write(JSON.stringify(kept));
  }

  #add(definition: ClusterDefinition, token: string, state?: StoreState): Cluster {
    const { name, subscription, vnetId, defaultSubnet, principalId } = definition;
    const { arm, hostUrl } = this.#options;
    const cluster = new Cluster({
      name,
      subscription,
      vnetId,
      defaultSubnet,
      arm,
      ...(state && { state }),
      ...(principalId !== undefined && { principalId }),
      resourceId: clusterId(definition),
      nodeResourceGroup: nodeGroup(definition),
      location: LOCATION,
      webhook: { url: `${hostUrl}/api/admit/${name}/${token}`, timeoutSeconds: 5, failurePolicy: "Ignore" },
      declarationsUrl: `${hostUrl}/api/clusters/${name}/declarations/${token}`,
      changed: () => this.#changed(),
    });
    this.clusters.set(name, cluster);
    this.#kept.set(name, { definition, token });
    this.#changed();
    if (this.#options.senders === "loop") this.#startLoop(name, cluster);
    return cluster;
  }

  #startLoop(name: string, { sender }: Cluster): void {
    const stop = new AbortController();
    this.#loops.set(name, { stop, ended: sender.run(stop.signal) });
  }

  #changed(): void {
    this.#timer ??= setTimeout(() => void this.save(), SAVE_MILLISECONDS).unref();
  }

  async #mooring(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [this.#options.cli ?? CLI, ...args], {
      env: { ...process.env, ...this.#options.settings },
    });
    return stdout;
  }
}
