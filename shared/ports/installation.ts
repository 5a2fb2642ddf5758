/**
 * Ports of `mooring doctor` to Azure, storage and the network. They only read, or send requests that cannot change anything.
 * Implementations: `shared/adapters/installation.ts`, `shared/adapters/httpClient.ts` and `test/memory/installation.ts`.
 */

/** The identity that calls Azure Resource Manager. */
export interface Identity {
  readonly objectId: string;
  /** For display: id of an application, or sign-in name of a user. */
  readonly name: string;
  /** A user, not a managed identity or a service principal. */
  readonly isUser: boolean;
}

/** Permissions of a role at a scope; `*` is a wildcard. */
export interface Grant {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
}

export interface EventFilter {
  /** Absent: all types. */
  readonly eventTypes?: readonly string[];
  readonly subjectBeginsWith: string;
  readonly subjectEndsWith: string;
  readonly advanced: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values: readonly string[];
  }[];
}

export interface EventSubscription {
  readonly name: string;
  /** `Succeeded` when it delivers. */
  readonly state: string;
  readonly endsAtUtc?: string;
  /** Id of the function that it delivers to; absent for other destinations. */
  readonly functionId?: string;
  readonly filter: EventFilter;
}

/** An Event Grid system topic. */
export interface EventTopic {
  readonly id: string;
  readonly source: string;
  readonly state: string;
  readonly subscriptions: readonly EventSubscription[];
}

export interface StoragePart {
  readonly kind: "table" | "queue" | "container";
  readonly name: string;
  /** `absent`: not created yet. `forbidden`: storage would refuse a write. */
  readonly is: "there" | "absent" | "forbidden";
}

export interface Installation {
  /** @throws Refused if not signed in to Azure */
  identity(): Promise<Identity>;
  /** Permissions of the current identity at the scope. @throws Refused */
  grantsAt(scope: string): Promise<readonly Grant[]>;
  /** System topics in the subscription with their event subscriptions. @throws Refused */
  eventTopics(subscription: string): Promise<readonly EventTopic[]>;
  /** Every table, queue and container, and whether it can be written. */
  storage(): Promise<readonly StoragePart[]>;
  /** HTTP servers whose clock is compared. */
  clocks(): Promise<readonly { readonly name: string; readonly url: string }[]>;
}

export interface Answered {
  readonly status: number;
  readonly text: string;
  /** Clock of the server, from its `Date` header. */
  readonly dateUtc?: string;
}

export interface Certificate {
  readonly endsAtUtc: string;
  /** Why a client with the usual certificate authorities would reject it. */
  readonly problem?: string;
}

export interface Outside {
  /** @throws Error with the error of the network */
  ask(url: string, signal: AbortSignal): Promise<Answered>;
  /** The certificate of an https origin. @throws Error */
  certificate(url: string, signal: AbortSignal): Promise<Certificate>;
}
