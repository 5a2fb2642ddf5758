/**
 * Ports: what `mooring doctor` asks of Azure, of storage and of the network, and nobody else asks. They read, or ask in such a way that
 * nothing can change. Implementations: `shared/adapters/installation.ts`, `shared/adapters/httpClient.ts` and `test/memory/installation.ts`.
 */

/** Who asks Azure Resource Manager here. */
export interface Identity {
  readonly objectId: string;
  /** For people: an application's id, or a person's sign-in name. */
  readonly name: string;
  /** Somebody's own sign-in, not a managed identity or a service principal. */
  readonly isPerson: boolean;
}

/** What a role gives at a scope; `*` stands for anything. */
export interface Grant {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
}

export interface EventFilter {
  /** Absent: every type. */
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
  /** Id of the function that it delivers to; absent if it delivers to something else. */
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
  /** `absent`: nobody has needed it yet. `forbidden`: storage would refuse a write. */
  readonly is: "there" | "absent" | "forbidden";
}

export interface Installation {
  /** @throws Refused if nobody is signed in */
  identity(): Promise<Identity>;
  /** What whoever asks may do at the scope. @throws Refused */
  grantsAt(scope: string): Promise<readonly Grant[]>;
  /** System topics in the subscription with their event subscriptions. @throws Refused */
  eventTopics(subscription: string): Promise<readonly EventTopic[]>;
  /** Every table, queue and container, asked one by one whether it could be written. */
  storage(): Promise<readonly StoragePart[]>;
  /** What tells the time over http. */
  clocks(): Promise<readonly { readonly name: string; readonly url: string }[]>;
}

export interface Answered {
  readonly status: number;
  readonly text: string;
  /** The server's clock, of its `Date` header. */
  readonly dateUtc?: string;
}

export interface Certificate {
  readonly endsAtUtc: string;
  /** Why a client that knows the usual authorities would not take it. */
  readonly problem?: string;
}

export interface Outside {
  /** @throws Error that says what the network said */
  ask(url: string, signal: AbortSignal): Promise<Answered>;
  /** The certificate that an https origin shows. @throws Error */
  certificate(url: string, signal: AbortSignal): Promise<Certificate>;
}
