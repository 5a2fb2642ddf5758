/** One post of a sender, and what becomes of it. */
import type { Cluster } from "./clusterModel.ts";
import type { Policy } from "../policy/policy.ts";
import type { Declared } from "../kubernetes/intent.ts";
import type { Feed, Session } from "./model.ts";
import type { WebhookProbe } from "./webhookProbe.ts";

/**
 * Records what the cluster confirmed as claims. Called before the declarations are written: a process that ends in between gets the same
 * post again. @param sequence the newest number that was issued: a list under a later one is newer than the report
 */
export type ConfirmClaims = (declared: readonly Declared[], sequence: number) => Promise<void>;

export interface Post {
  /** As Mooring's last answer gave it; absent: a sender that starts. */
  readonly sequence?: string;
  /** HTTP status that the API server gave to the query; 0 if it could not be reached; absent if no query was run. */
  readonly status?: number;
  /** The API server's answer as it is. */
  readonly body: string;
  readonly webhook?: WebhookProbe;
}

/** What became of a post, with the feed as it is to be written and the session that goes on. */
export interface Step {
  readonly feed: Feed;
  readonly session: Session;
  readonly outcome: Outcome;
  readonly problems?: readonly string[];
  readonly retryAfterSeconds?: number;
  /** Proposals that never came to be: what was reserved for them can be released. */
  readonly dropped?: readonly Declared[];
  /** A list that was requested is complete: what waited for it can be decided. */
  readonly isRequested?: boolean;
  /** What was taken, for the sender's log. */
  readonly report?: Readonly<Record<string, number | string>>;
}

export type Outcome =
  | "started"
  | "repeated"
  | "page staged"
  | "list complete"
  | "window taken"
  | "list needed"
  | "problem recorded"
  | "refused"
  | "foreign";

export interface Answer extends Pick<
  Step,
  "outcome" | "problems" | "retryAfterSeconds" | "report" | "dropped" | "isRequested"
> {
  /** Opaque to the sender, which returns it with its next post. */
  readonly sequence: string;
  readonly query: string;
}

/** What every step takes: who posts, what, and what is known. */
export interface Taking {
  readonly claim: ConfirmClaims;
  readonly cluster: Cluster;
  readonly policy: Policy;
  readonly feed: Feed;
  readonly session: Session;
  readonly post: Post;
}
