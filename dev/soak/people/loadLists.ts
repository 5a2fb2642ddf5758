/** Senders of lists for the load test: 50,000 Services in the API server's pages, and a cluster that posts hostile lists. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { LoadCluster } from "../stage/loadEstate.ts";

const HOSTILE = join(import.meta.dirname, "hostileSender.ts");
const API_SERVER = join(import.meta.dirname, "../../bench/lists/apiServer.ts");
const SERVICES = 50_000;
/** Every 50th Service is of type LoadBalancer. */
const EVERY = 50;
const AGAIN_MILLISECONDS = 500;
/** More than the pages of any list. */
const MOST_POSTS = 2000;

interface Answer {
  readonly status: number;
  readonly sequence: string;
  readonly query: string;
  readonly outcome: string;
}

const UNANSWERED: Answer = { status: 0, sequence: "", query: "", outcome: "" };

interface Post {
  readonly sequence?: string;
  readonly status?: number;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

export class ListSender {
  readonly #url: string;
  readonly #cluster: LoadCluster;
  /** Number of answers by HTTP status and outcome; status 0: the connection broke. */
  readonly answers = new Map<string, number>();

  constructor(url: string, cluster: LoadCluster) {
    this.#url = url;
    this.#cluster = cluster;
  }

  async post(post: Post, signal: AbortSignal): Promise<Answer> {
    const answer = await this.#send(post, signal).catch(() => UNANSWERED);
    const known = `${answer.status} ${answer.outcome}`.trim();
    this.answers.set(known, (this.answers.get(known) ?? 0) + 1);
    return answer;
  }

  async #send({ sequence, status, body }: Post, signal: AbortSignal): Promise<Answer> {
    const { name, token } = this.#cluster;
    const response = await fetch(`${this.#url}/api/clusters/${name}/declarations/${token}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(sequence !== undefined && { "x-mooring-sequence": sequence }),
        ...(status !== undefined && { "x-mooring-status": String(status) }),
      },
      body,
      signal,
    });
    const [, outcome = ""] = /"outcome":"([\w ]+)"/.exec(await response.text()) ?? [];
    const header = (one: string) => response.headers.get(`x-mooring-${one}`) ?? "";
    return { status: response.status, sequence: header("sequence"), query: header("query"), outcome };
  }

  /** Retries until there is an answer, as the script in a cluster does. */
  async postUntilAnswered(post: Post, signal: AbortSignal): Promise<Answer | undefined> {
    while (!signal.aborted) {
      const answer = await this.post(post, signal);
      if (answer.sequence !== "") return answer;
      await delay(AGAIN_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    }
    return undefined;
  }
}

/** A cluster with 50,000 Services, whose API server is a separate process. */
export class LargeCluster {
  readonly sender: ListSender;
  readonly #child: ChildProcess;
  readonly #url: string;
  /** Seconds of each complete list. */
  readonly complete: number[] = [];

  private constructor(sender: ListSender, child: ChildProcess, url: string) {
    this.sender = sender;
    this.#child = child;
    this.#url = `${url}&services=${SERVICES}&every=${EVERY}`;
  }

  static async start(url: string, cluster: LoadCluster): Promise<LargeCluster> {
    const child = fork(API_SERVER);
    const port = await new Promise<number>((resolve) =>
      child.once("message", (sent) => resolve(Number(sent))),
    );
    return new LargeCluster(
      new ListSender(url, cluster),
      child,
      `http://127.0.0.1:${port}/?of=${cluster.name}`,
    );
  }

  stop(): void {
    this.#child.kill();
  }

  /** Posts one complete list as a new sender. False if it was refused, or at the signal. */
  async list(signal: AbortSignal): Promise<boolean> {
    const began = performance.now();
    let answer = await this.sender.postUntilAnswered({ body: "" }, signal);
    for (let posts = 0; answer && posts < MOST_POSTS; posts += 1) {
      if (answer.query.startsWith("watch=1")) {
        this.complete.push(Math.round((performance.now() - began) / 1000));
        return true;
      }
      const body = await (await fetch(`${this.#url}&${answer.query}`)).text();
      answer = await this.sender.postUntilAnswered({ sequence: answer.sequence, status: 200, body }, signal);
    }
    return false;
  }

  async listEvery(milliseconds: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const began = performance.now();
      await this.list(signal);
      const left = milliseconds - (performance.now() - began);
      await delay(Math.max(0, left), undefined, { signal }).catch(() => undefined);
    }
  }
}

/** A cluster that posts hostile lists, in a separate process: its bodies of up to 49 MiB must not delay the measured requests. */
export class HostileCluster {
  answers: ReadonlyMap<string, number> = new Map();
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(url: string, { name, token }: LoadCluster): Promise<HostileCluster> {
    const child = fork(HOSTILE, [url, name, token]);
    await new Promise((resolve) => child.once("message", resolve));
    return new HostileCluster(child);
  }

  /** Until the signal. */
  async post(signal: AbortSignal): Promise<void> {
    this.#child.send("post");
    if (!signal.aborted) await once(signal, "abort");
    const ended = new Promise<unknown>((resolve) => this.#child.once("message", resolve));
    this.#child.send("end");
    this.answers = new Map((await ended) as [string, number][]);
  }

  stop(): void {
    this.#child.kill();
  }
}
