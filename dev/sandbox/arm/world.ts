/** The estate: resources, groups and locks of all subscriptions, with an index of who holds which address. */
import { randomUUID } from "node:crypto";
import type { ArmEvent } from "./armEvent.ts";
import { key } from "./ids.ts";
import type { Claim, Group, ResourceType, Stored, World } from "./resourceType.ts";
import type { RoleAssignment, RoleDefinition } from "./roles.ts";

export interface Lock {
  id: string;
  /** The scope of the lock. */
  scope: string;
  name: string;
  level: "CanNotDelete" | "ReadOnly";
  notes?: string;
}

export interface Estate {
  subscriptions: { id: string; name: string }[];
  resources: Stored[];
  groups: Group[];
  locks: Lock[];
  assignments?: RoleAssignment[];
  /** Custom ones. */
  roles?: RoleDefinition[];
  /** The latest of the activity log. */
  activity?: ArmEvent[];
}

/** How many events of the activity log outlive a restart. */
const KEPT_EVENTS = 500;

export class ArmWorld implements World {
  readonly subscriptions = new Map<string, string>();
  readonly groups = new Map<string, Group>();
  readonly locks = new Map<string, Lock>();
  readonly assignments = new Map<string, RoleAssignment>();
  /** Custom roles by their GUID. */
  readonly roles = new Map<string, RoleDefinition>();
  /** The activity log, oldest first. */
  readonly activity: ArmEvent[] = [];
  readonly types: ReadonlyMap<string, ResourceType>;
  readonly #resources = new Map<string, Stored>();
  readonly #byType = new Map<string, Map<string, Stored>>();
  readonly #claims = new Map<string, Map<string, Claim>>();
  readonly #now: () => Date;

  constructor(types: readonly ResourceType[], now: () => Date) {
    this.types = new Map(types.map((type) => [key(type.type), type]));
    this.#now = now;
  }

  get(id: string): Stored | undefined {
    return this.#resources.get(key(id));
  }

  ofType(type: string, subscription?: string): Stored[] {
    const all = [...(this.#byType.get(key(type))?.values() ?? [])];
    if (subscription === undefined) return all;
    const prefix = `/subscriptions/${subscription.toLowerCase()}/`;
    return all.filter(({ id }) => key(id).startsWith(prefix));
  }

  all(): Stored[] {
    return [...this.#resources.values()];
  }

  save(stored: Stored): void {
    this.#unclaim(this.get(stored.id));
    this.#resources.set(key(stored.id), stored);
    const siblings = this.#byType.get(key(stored.type)) ?? new Map<string, Stored>();
    siblings.set(key(stored.id), stored);
    this.#byType.set(key(stored.type), siblings);
    for (const claim of this.#claimsOf(stored)) this.#subnet(claim.subnetId).set(claim.address, claim);
  }

  drop(id: string): void {
    const stored = this.get(id);
    if (!stored) return;
    this.#unclaim(stored);
    this.#resources.delete(key(id));
    this.#byType.get(key(stored.type))?.delete(key(id));
    // What was assigned on it goes with it.
    for (const [name, { scope }] of this.assignments)
      if (key(scope) === key(id) || key(scope).startsWith(`${key(id)}/`)) this.assignments.delete(name);
  }

  holder(subnetId: string, address: string): Claim | undefined {
    return this.#subnet(subnetId).get(address);
  }

  claimsIn(subnetId: string): Iterable<Claim> {
    return this.#subnet(subnetId).values();
  }

  newGuid(): string {
    return randomUUID();
  }

  nowUtc(): string {
    return this.#now().toISOString();
  }

  group(subscription: string, name: string): Group | undefined {
    return this.groups.get(key(`/subscriptions/${subscription}/resourceGroups/${name}`));
  }

  saveGroup(group: Group): void {
    this.groups.set(key(group.id), group);
  }

  dropGroup(id: string): void {
    for (const stored of this.all()) if (key(stored.id).startsWith(`${key(id)}/`)) this.drop(stored.id);
    this.groups.delete(key(id));
  }

  /** Locks on the scope itself and on everything above it. */
  locksOn(id: string): Lock[] {
    return [...this.locks.values()].filter(
      ({ scope }) => key(id) === key(scope) || key(id).startsWith(`${key(scope)}/`),
    );
  }

  toEstate(): Estate {
    return {
      subscriptions: [...this.subscriptions].map(([id, name]) => ({ id, name })),
      resources: this.all(),
      groups: [...this.groups.values()],
      locks: [...this.locks.values()],
      assignments: [...this.assignments.values()],
      roles: [...this.roles.values()],
      activity: this.activity.slice(-KEPT_EVENTS),
    };
  }

  load({
    subscriptions,
    resources,
    groups,
    locks,
    assignments = [],
    roles = [],
    activity = [],
  }: Estate): void {
    for (const { id, name } of subscriptions) this.subscriptions.set(key(id), name);
    for (const group of groups) this.groups.set(key(group.id), group);
    for (const lock of locks) this.locks.set(key(lock.id), lock);
    for (const one of assignments) this.assignments.set(key(one.id), one);
    for (const one of roles) this.roles.set(key(one.name), one);
    this.activity.push(...activity);
    // Whatever was under way when the state was saved has ended since.
    for (const stored of resources)
      this.save({
        ...stored,
        provisioningState: stored.provisioningState === "Failed" ? "Failed" : "Succeeded",
      });
  }

  #claimsOf(stored: Stored): Claim[] {
    return this.types.get(key(stored.type))?.claims?.(stored) ?? [];
  }

  #unclaim(stored: Stored | undefined): void {
    if (!stored) return;
    for (const { subnetId, address } of this.#claimsOf(stored)) this.#subnet(subnetId).delete(address);
  }

  #subnet(subnetId: string): Map<string, Claim> {
    const found = this.#claims.get(key(subnetId)) ?? new Map<string, Claim>();
    this.#claims.set(key(subnetId), found);
    return found;
  }
}
