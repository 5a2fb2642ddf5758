/** Two clusters that list under load: one honestly, 50,000 Services in the API server's pages; one posts whatever costs most. */
import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { LoadCluster } from "../stage/loadEstate.ts";

const API_SERVER = join(import.meta.dirname, "../../bench/lists/apiServer.ts");
const SERVICES = 50_000;
/** One of so many is of type LoadBalancer. */
const EVERY = 50;
const AGAIN_MILLISECONDS = 500;
const MEBIBYTE = 1024 * 1024;
/** No list has so many pages. */
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
  /** Answers by HTTP status and outcome; 0: the connection broke. */
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

  /** A post is repeated until it is answered, as the script in a cluster does. */
  async postUntilAnswered(post: Post, signal: AbortSignal): Promise<Answer | undefined> {
    while (!signal.aborted) {
      const answer = await this.post(post, signal);
      if (answer.sequence !== "") return answer;
      await delay(AGAIN_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    }
    return undefined;
  }
}

/** The API server of the honest cluster, in a process of its own. */
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

  /** A complete list of a new sender. False if it was refused, or if the signal came first. */
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

/** Bodies that are as costly as their size allows. */
function hostileBodies(): readonly (string | Uint8Array<ArrayBuffer>)[] {
  const room = 2 * MEBIBYTE - 1024;
  const list = (items: string) =>
    `{"kind":"ServiceList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[${items}]}`;
  return [
    "[".repeat(room),
    '{"a":'.repeat(room / 6),
    list(`"${"x".repeat(room - 200)}"`),
    list(Array.from({ length: room / 4 }, () => "{}").join(",")),
    `{${Array.from({ length: room / 10 }, () => '"a":1').join(",")}}`,
    "\n".repeat(room),
    `{"a":"${"\\u0001".repeat(room / 7)}"}`,
    new Uint8Array(room).fill(0xff),
    "x".repeat(49 * MEBIBYTE),
  ];
}

/** Posts one body after the other, without a pause, whatever the answers are. */
export async function postHostile(
  sender: ListSender,
  { senders, signal }: { readonly senders: number; readonly signal: AbortSignal },
): Promise<void> {
  const bodies = hostileBodies();
  await Promise.all(
    Array.from({ length: senders }, async (_, first) => {
      let sequence = "";
      for (let n = first; !signal.aborted; n += 1) {
        const body = bodies[n % bodies.length] ?? "";
        const post = sequence === "" ? { body: "" } : { sequence, status: 200, body };
        ({ sequence } = await sender.post(post, signal));
      }
    }),
  );
}
