/**
 * The sender of a sandbox cluster, as `deploy/declarations/send.sh` in a real one: runs the query that Mooring named against the API
 * server, posts the body as it is, and goes on with the query that the answer names.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { ApiServer } from "./apiServer.ts";
import { readServices } from "./listServices.ts";

export interface Answer {
  /** HTTP status; 0 if Mooring could not be reached. */
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterSeconds?: number;
}

/** What the API server answered to a query. */
interface Read {
  readonly kind: "list" | "page" | "window";
  readonly status: number;
  readonly body: string;
}

interface Step {
  readonly read: Read | undefined;
  readonly answer: Answer;
  /** Sent before under the same sequence: Mooring may have taken that post, and then it does not look at this one. */
  readonly isRepeated: boolean;
}

const MOST_BYTES = 2 * 1024 * 1024;
const QUERY = /^[A-Za-z0-9=&%._~-]{1,4096}$/;
const FIRST_BACKOFF_SECONDS = 2;
const MOST_BACKOFF_SECONDS = 60;
const POST_MILLISECONDS = 120_000;
/** In a row, until `confirm` gives up. */
const MOST_REFUSALS = 3;
const MOST_RETRY_SECONDS = 5;

export class Sender {
  /** Another cluster's, where the sender was installed in the wrong one. */
  apiServer: ApiServer;
  /** What a broken reader makes of the API server's body. */
  tamper: ((body: string) => string) | undefined;
  /** Headers about the webhook's relay, as the script in a cluster sends them. */
  probe: Readonly<Record<string, string>> = {};
  /** Mooring's last answer. */
  last: Answer | undefined;
  readonly #url: string;
  #sequence: string | undefined;
  #query: string | undefined;
  /** A sequence whose answer was lost. */
  #unanswered: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #window = new AbortController();

  constructor(url: string, apiServer: ApiServer) {
    this.#url = url;
    this.apiServer = apiServer;
  }

  /** One query and its post, after those that are under way. @param windowMilliseconds in place of the window that Mooring names */
  step(options: { windowMilliseconds?: number; signal?: AbortSignal } = {}): Promise<Answer> {
    return this.#alone(async () => (await this.#step(options)).answer);
  }

  /**
   * Steps until Mooring has taken a list or a window that began after this call; gives its answer, or the refusal that came again and
   * again. An open window ends at once.
   */
  confirm(): Promise<Answer> {
    this.#window.abort();
    return this.#alone(() => this.#confirm());
  }

  /** The endless loop of a cluster. */
  async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      const { read, answer } = await this.#alone(() => this.#step({ signal }));
      failures = isFailure(read, answer) ? failures + 1 : 0;
      const wait = answer.status === 404 ? MOST_BACKOFF_SECONDS : backoff(failures);
      const seconds = answer.retryAfterSeconds ?? wait;
      await delay(seconds * 1000, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Forgets its session, as a pod that was started again. */
  restart(): Promise<void> {
    this.#window.abort();
    return this.#alone(async () => this.#forget());
  }

  #forget(): void {
    this.#sequence = undefined;
    this.#query = undefined;
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#turn.then(work, work);
    this.#turn = next.catch(() => undefined);
    return next;
  }

  async #confirm(): Promise<Answer> {
    let hasListBegun = false;
    for (let refusals = 0; ;) {
      const step = await this.#step({ windowMilliseconds: 0 });
      refusals = isTaken(step.answer) ? 0 : refusals + 1;
      if (refusals === MOST_REFUSALS) return step.answer;
      if (refusals > 0) await delay(retryMilliseconds(step.answer));
      else if (confirms(step, hasListBegun)) return step.answer;
      else hasListBegun ||= beginsList(step);
    }
  }

  async #step(options: { windowMilliseconds?: number; signal?: AbortSignal }): Promise<Step> {
    const read = this.#query === undefined ? undefined : await this.#read(this.#query, options);
    const isRepeated = this.#sequence !== undefined && this.#sequence === this.#unanswered;
    this.#unanswered = this.#sequence;
    const answer = await this.#post(read);
    this.last = answer;
    return { read, answer, isRepeated };
  }

  async #read(
    query: string,
    { windowMilliseconds, signal }: { windowMilliseconds?: number; signal?: AbortSignal },
  ): Promise<Read> {
    this.#window = new AbortController();
    const parameters = new URLSearchParams(query);
    const response = readServices(this.apiServer, parameters, {
      signal: signal ? AbortSignal.any([signal, this.#window.signal]) : this.#window.signal,
      ...(windowMilliseconds !== undefined && { windowMilliseconds }),
    });
    const text = await response.text();
    const body = this.tamper ? this.tamper(text) : text;
    const kind = parameters.has("watch") ? "window" : parameters.has("continue") ? "page" : "list";
    return Buffer.byteLength(body) > MOST_BYTES
      ? { kind, status: 413, body: "" }
      : { kind, status: response.status, body };
  }

  async #post(read: Read | undefined): Promise<Answer> {
    const headers = {
      "content-type": "application/json",
      ...this.probe,
      ...(this.#sequence !== undefined && { "x-mooring-sequence": this.#sequence }),
      ...(read && { "x-mooring-status": String(read.status) }),
    };
    const signal = AbortSignal.timeout(POST_MILLISECONDS);
    try {
      const response = await fetch(this.#url, { method: "POST", headers, body: read?.body ?? "", signal });
      const body: unknown = await response.json().catch(() => undefined);
      this.#follow(response);
      const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
      return {
        status: response.status,
        body,
        ...(Number.isFinite(retryAfter) && { retryAfterSeconds: retryAfter }),
      };
    } catch (error) {
      return { status: 0, body: { problems: [error instanceof Error ? error.message : String(error)] } };
    }
  }

  /** With 429 and 5xx the same query is run again under the same sequence. */
  #follow({ status, headers }: Response): void {
    const [sequence, query] = [headers.get("x-mooring-sequence"), headers.get("x-mooring-query")];
    if (status === 429 || status >= 500 || sequence === null || query === null) return;
    if (!QUERY.test(query)) return this.#forget();
    this.#sequence = sequence;
    this.#query = query;
    this.#unanswered = undefined;
  }
}

function isTaken({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

function beginsList({ read, isRepeated }: Step): boolean {
  return read?.kind === "list" && read.status === 200 && !isRepeated;
}

/** True for a window, and for the last page of a list of which the first page was read since. */
function confirms(step: Step, hasListBegun: boolean): boolean {
  const { read, isRepeated } = step;
  if (read?.status !== 200 || isRepeated) return false;
  if (read.kind === "window") return !hasError(read);
  return (hasListBegun || beginsList(step)) && !hasMore(read);
}

function isFailure(read: Read | undefined, answer: Answer): boolean {
  const isExpected = read === undefined || [200, 410, 413].includes(read.status);
  return !isExpected || !isTaken(answer);
}

function backoff(failures: number): number {
  return failures === 0 ? 0 : Math.min(FIRST_BACKOFF_SECONDS * 2 ** (failures - 1), MOST_BACKOFF_SECONDS);
}

/** Only what is unavailable or throttled is worth a wait. */
function retryMilliseconds({ status, retryAfterSeconds = 1 }: Answer): number {
  if (status !== 0 && status !== 429 && status < 500) return 0;
  return Math.min(retryAfterSeconds, MOST_RETRY_SECONDS) * 1000;
}

function hasMore({ body }: Read): boolean {
  const { metadata } = JSON.parse(body) as { metadata?: { continue?: string } };
  return Boolean(metadata?.continue);
}

function hasError({ body }: Read): boolean {
  return body
    .split("\n")
    .filter(Boolean)
    .some((line) => (JSON.parse(line) as { type: string }).type === "ERROR");
}
