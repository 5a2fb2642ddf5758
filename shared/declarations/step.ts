/** One post of a sender, and its result. */
import type { Cluster } from "./clusterModel.ts";
import type { Policy } from "../policy/policy.ts";
import type { Declared } from "../kubernetes/intent.ts";
import type { Feed, Session } from "./model.ts";
import type { Release } from "./proposals.ts";
import type { WebhookProbe } from "./webhookProbe.ts";

/**
 * Records what the cluster confirmed as claims. Called before the declarations are written: a process that ends in between gets the same
 * post again. @param sequence the newest number that was issued: a list under a later one is newer than the report
 */
export type ConfirmClaims = (declared: readonly Declared[], sequence: number) => Promise<void>;

/** What other parts of Mooring do about a post. Every function may be called again for the same post. */
export interface FollowUp {
  readonly claim: ConfirmClaims;
  /** Releases the claims of proposals that the API server refused. */
  readonly release?: Release;
  /** A requested list is complete: whatever was pending for it can be decided. */
  readonly decide?: () => Promise<void>;
}

export interface Post {
  /** From Mooring's last answer; absent when a sender starts. */
  readonly sequence?: string;
  /** HTTP status of the API server; 0 if it could not be reached; absent if no query was run. */
  readonly status?: number;
  /** The unchanged answer of the API server. */
  readonly body: string;
  readonly webhook?: WebhookProbe;
}

/** Result of a post, with the feed to write and the session that continues. */
export interface Step {
  readonly feed: Feed;
  readonly session: Session;
  readonly outcome: Outcome;
  readonly problems?: readonly string[];
  readonly retryAfterSeconds?: number;
  /** True if the complete list was requested. */
  readonly isRequested?: boolean;
  /** What was processed, for the sender's log. */
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

export interface Answer extends Pick<Step, "outcome" | "problems" | "retryAfterSeconds" | "report"> {
  /** Opaque to the sender, which returns it with its next post. */
  readonly sequence: string;
  readonly query: string;
}

/** Input of every step: the cluster, the post, and the current feed. */
export interface Taking extends FollowUp {
  readonly cluster: Cluster;
  readonly policy: Policy;
  readonly feed: Feed;
  readonly session: Session;
  readonly post: Post;
}
