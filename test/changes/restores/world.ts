/**
 * Cluster one had a load balancer with a static address and a Private Link Service for Service `a`. A sweep deleted both. What is true is kept
 * here: two owners of one address or name are reported at the moment when the second one gets it.
 */
import { applyPolicy } from "../../../shared/audit/applyPolicy.ts";
import { createApply } from "../../../shared/changes/apply.ts";
import { planUndo } from "../../../shared/changes/undo.ts";
import { baseName } from "../../../shared/kubernetes/frontendName.ts";
import type { JsonObject, ResourceWriter } from "../../../shared/ports/resources.ts";
import { ClaimWorld, SUBNET, type After, type Living, type Wish } from "../../builders/claimWorld.ts";
import { ADA, deletion, OPTIONS, SYSTEM } from "../../builders/undoing.ts";
import { balancerId, pls, plsIdIn, UID } from "../../builders/world.ts";
import type { Part, RestoreInvariant } from "./steps.ts";

const ADDRESS = "10.0.1.50";
const NAME = "pls-x";
const BALANCER = balancerId();
const PLS = plsIdIn(NAME, "rg-pls");
const FRONTEND = `${BALANCER}/frontendIPConfigurations/${baseName(UID)}`;

const ID_OF: Readonly<Record<Part, string>> = { balancer: BALANCER, pls: PLS };
const WISH_OF: Readonly<Record<Part, Wish>> = { balancer: { address: ADDRESS }, pls: { pls: NAME } };

const BODY_OF: Readonly<Record<Part, JsonObject>> = {
  balancer: {
    properties: {
      provisioningState: "Succeeded",
      frontendIPConfigurations: [
        {
          name: baseName(UID),
          properties: {
            privateIPAllocationMethod: "Static",
            privateIPAddress: ADDRESS,
            subnet: { id: SUBNET },
          },
        },
      ],
    },
  },
  pls: {
    tags: { "k8s-azure-cluster-name": "kubernetes", "k8s-azure-owner-service": "shop/a" },
    properties: {
      provisioningState: "Succeeded",
      loadBalancerFrontendIpConfigurations: [{ id: FRONTEND }],
      ipConfigurations: [],
    },
  },
};

export class RestoreWorld {
  readonly #claims = new ClaimWorld(["one", "two"]);
  readonly #journalIds = new Map<Part, string>();
  readonly crimes: string[] = [];

  async begin(): Promise<void> {
    await this.#claims.start();
    const { run } = this.#claims;
    await applyPolicy(run, { modes: { sweep: "enforce" }, maxDeletePercent: 100 });
    for (const part of ["balancer", "pls"] as const) {
      run.resources.place(ID_OF[part], BODY_OF[part]);
      const changes = [deletion(run, ID_OF[part])];
      const [done] = await createApply(run.resources)(run, { changes }, SYSTEM, OPTIONS);
      if (done?.outcome !== "applied") throw new Error(`not deleted: ${done?.why}`);
      this.#journalIds.set(part, done.journalId ?? "");
    }
  }

  /** A Service is created with the address or the name. */
  async admit(owner: string, part: Part, after: After = "accepted"): Promise<void> {
    if (this.#claims.living.has(owner)) return;
    const { allowed } = await this.#claims.create(owner, WISH_OF[part], after);
    const service = this.#claims.living.get(owner);
    if (!allowed || after === "refused" || !service) return;
    if (this.#isRestored(part) && !mayHave(service, part))
      this.#report("owner", `Service ${owner} was admitted with what ${part} has in Azure`);
  }

  /** It is deleted, and its controller finishes. */
  async remove(owner: string): Promise<void> {
    await this.#claims.remove(owner);
  }

  async list(where: string): Promise<void> {
    await this.#claims.list(where);
  }

  build(where: string): void {
    this.#claims.reconcile(where);
    this.#show();
  }

  async scan(): Promise<void> {
    this.#show();
    await this.#claims.scan();
  }

  /** The clusters report: what a silent one was admitted with expires. */
  async wait(seconds: number): Promise<void> {
    this.#claims.run.clock.advance(seconds);
    for (const name of this.#claims.clusters) await this.list(name);
  }

  /** An operator undoes the delete. @param meanwhile is admitted between the plan and the write */
  async restore(part: Part, meanwhile?: string): Promise<void> {
    const { run } = this.#claims;
    const planned = await planUndo(run, this.#journalIds.get(part) ?? "").catch(() => undefined);
    if (!planned) return;
    if (meanwhile !== undefined) await this.admit(meanwhile, part);
    await createApply(this.#watched(part))(run, planned.plan, ADA, OPTIONS).catch(() => undefined);
    this.#show();
  }

  /** Nothing else has the address or the name any more: the restore completes. */
  async end(): Promise<void> {
    for (const owner of this.#claims.living.keys()) await this.remove(owner);
    await this.#claims.settle();
    // The claim of a request that the API server refused expires.
    await this.wait(24 * 3600);
    await this.#claims.settle();
    for (const part of ["balancer", "pls"] as const) {
      await this.restore(part);
      if (!this.#isRestored(part)) this.#report("returned", `${part} was not restored`);
    }
  }

  #isRestored(part: Part): boolean {
    return this.#claims.run.resources.bodyOf(ID_OF[part]) !== undefined;
  }

  /** A write is compared with what is true at that moment. */
  #watched(part: Part): ResourceWriter {
    const { resources } = this.#claims.run;
    return {
      write: (id, body, version) => resources.write(id, body, version),
      remove: (id, version) => resources.remove(id, version),
      create: async (id, body) => {
        for (const [owner, service] of this.#claims.living)
          if (declares(service, part) && !isOwner(service))
            this.#report("owner", `${part} was restored with what Service ${owner} declares`);
        return resources.create(id, body);
      },
    };
  }

  /** Azure's lists show what was restored. */
  #show(): void {
    const { network } = this.#claims.run;
    const others = network.uses.filter(({ holderId }) => holderId !== FRONTEND);
    const own = { address: ADDRESS, subnetId: SUBNET, holderId: FRONTEND };
    network.uses = this.#isRestored("balancer") ? [...others, own] : others;
    const shown = pls({ id: PLS, name: NAME, frontendIds: [FRONTEND], tags: BODY_OF.pls["tags"] as never });
    network.allPrivateLinkServices = this.#isRestored("pls") ? [shown] : [];
  }

  #report(invariant: RestoreInvariant, what: string): void {
    this.crimes.push(`${invariant}: ${what}`);
  }
}

function declares({ address, pls: name, isTerminating = false }: Living, part: Part): boolean {
  return !isTerminating && (part === "balancer" ? address === ADDRESS : name === NAME);
}

/** The resources were created for a Service of this name. */
function isOwner({ cluster, name }: Living): boolean {
  return cluster === "one" && name === "a";
}

/** Services of a cluster may share its frontends. */
function mayHave(service: Living, part: Part): boolean {
  return part === "balancer" ? service.cluster === "one" : isOwner(service);
}
