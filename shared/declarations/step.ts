/** One post of a sender, and what becomes of it. */
import type { Cluster } from "../clusters/model.ts";
import type { Policy } from "../policy.ts";
import type { Declared } from "../intents/model.ts";
import type { Feed, Session } from "./model.ts";
import type { Release } from "./proposals.ts";
import type { WebhookProbe } from "./webhookProbe.ts";

/**
 * Records what the cluster confirmed as claims. Called before the declarations are written: a process that ends in between gets the same
 * post again. @param sequence the newest number that was issued: a list under a later one is newer than the report
 */
export type ConfirmClaims = (declared: readonly Declared[], sequence: number) => Promise<void>;

/** What other parts of Mooring do about a post. Each may be called again for the same post. */
export interface FollowUp {
  readonly claim: ConfirmClaims;
  /** Of proposals that never came to be. */
  readonly release?: Release;
  /** A list that was requested is complete: what waited for it can be decided. */
  readonly decide?: () => Promise<void>;
}

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
  /** The list that is complete was requested. */
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

export interface Answer extends Pick<Step, "outcome" | "problems" | "retryAfterSeconds" | "report"> {
  /** Opaque to the sender, which returns it with its next post. */
  readonly sequence: string;
  readonly query: string;
}

/** What every step takes: who posts, what, and what is known. */
export interface Taking extends FollowUp {
  readonly cluster: Cluster;
  readonly policy: Policy;
  readonly feed: Feed;
  readonly session: Session;
  readonly post: Post;
}
