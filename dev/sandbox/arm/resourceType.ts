/**
 * What one resource type defines, for the server in `server.ts` to do the rest: routing, authentication, locks, ETags,
 * long-running operations, provisioning states, write serialisation, throttling, events, tags, paging.
 * Children (subnets, private endpoint connections, …) live inside their parent's properties and share its ETag.
 */

export type Body = Record<string, any>; // oxlint-disable-line no-explicit-any

export interface Stored {
  /** With the casing of the first writer; compared without case. */
  id: string;
  name: string;
  /** `Microsoft.Network/loadBalancers` */
  type: string;
  location: string;
  tags: Record<string, string>;
  sku?: Body;
  /** Managed identity, as on the wire. */
  identity?: Body;
  zones?: string[];
  /** Bare GUID; on the wire `W/"guid"`, the same on parent and children. The server renews it. */
  etag: string;
  /** The server sets it: Updating, Succeeded, Failed, Deleting. */
  provisioningState: string;
  resourceGuid: string;
  /** Normalised, with allocated addresses, without provisioningState, resourceGuid, ids and etags of children. */
  properties: Body;
  createdTime: string;
  changedTime: string;
}

export interface Group {
  id: string;
  name: string;
  subscription: string;
  location: string;
  tags: Record<string, string>;
  /** Of a node resource group: its managed cluster's id. */
  managedBy?: string;
}

/** One address of one subnet that a resource holds. */
export interface Claim {
  subnetId: string;
  address: string;
  /** Id of the IP configuration that holds it. */
  holderId: string;
}

export interface World {
  get(id: string): Stored | undefined;
  /** Who holds the address in the subnet. */
  holder(subnetId: string, address: string): Claim | undefined;
  /** Everything that holds an address in the subnet. */
  claimsIn(subnetId: string): Iterable<Claim>;
  ofType(type: string, subscription?: string): Stored[];
  /** Side effects on other resources (a NIC for an endpoint, a connection on a PLS); raises no event. */
  save(stored: Stored): void;
  drop(id: string): void;
  group(subscription: string, name: string): Group | undefined;
  saveGroup(group: Group): void;
  /** With everything in it. */
  dropGroup(id: string): void;
  newGuid(): string;
  nowUtc(): string;
}

/** The caller, from the bearer token. */
export interface Caller {
  objectId: string;
  applicationId: string;
  name: string;
}

export interface PutRequest {
  /** Id as in the URL. */
  id: string;
  name: string;
  subscription: string;
  resourceGroup: string;
  body: Body;
  /** Of the body, or of the resource group. */
  location: string;
  existing?: Stored;
  caller: Caller;
}

/** Mutates a copy of the parent that the server then stores; throws ArmError to refuse. */
export interface ChildType {
  /** URL segment and property name: `subnets`, `privateEndpointConnections`, `frontendIPConfigurations`. */
  segment: string;
  list(world: World, parent: Stored): Body[];
  /** Absent: PUT is not a route of this child (405). */
  put?(world: World, parent: Stored, name: string, body: Body): void;
  remove?(world: World, parent: Stored, name: string): void;
  /** PUT answers 200 at once instead of starting an operation (private endpoint connections). */
  synchronousPut?: boolean;
}

/** The part of a stored resource that its type decides. */
export interface Made {
  properties: Body;
  sku?: Body;
  identity?: Body;
}

export interface ResourceType {
  type: string;
  /** What a PUT makes of the body; allocates addresses; throws ArmError to refuse. */
  put(world: World, request: PutRequest): Made;
  /** Called when a DELETE is accepted (throws ArmError if in use). */
  checkRemove?(world: World, stored: Stored): void;
  /** Called when the DELETE completes: side effects on others. The server drops the resource itself. */
  removed?(world: World, stored: Stored): void;
  /** The body on the wire: envelope, `properties` with provisioningState and resourceGuid first, children with ids and etags. */
  toWire(world: World, stored: Stored): Body;
  children?: ChildType[];
  /** Addresses that the resource holds; kept in an index by the world. */
  claims?(stored: Stored): Claim[];
  /** Extra routes: `GET usages`, `GET checkIPAddressAvailability`. Gives the answer's body. */
  actions?: Record<string, (world: World, stored: Stored, query: URLSearchParams) => Body>;
  /** Virtual networks whose writes this resource's writes wait for (AnotherOperationInProgress). */
  vnetsOf?(properties: Body): string[];
  /** Create answers with Succeeded at once, though the operation header is there (load balancers). */
  settlesAtOnce?: boolean;
}
