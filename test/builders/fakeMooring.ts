/**
 * Mooring's side of the declarations protocol, as small as it can be: it takes a cluster's list in pages and its windows of changes, keeps
 * what they show, and can be made to fail in every way that a sender must survive.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Post {
  readonly path: string;
  readonly token: string;
  readonly sequence: string | undefined;
  readonly status: string | undefined;
  readonly webhook: string | undefined;
  readonly certificateEnds: string | undefined;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** How a post is handled: `lose` processes it and closes the connection; `undefined` follows the protocol. */
export type Trouble = (post: Post, number: number) => Reply | "lose" | undefined;

export interface FakeMooring {
  readonly url: string;
  readonly posts: readonly Post[];
  /** Services by namespace and name, as confirmed. */
  readonly services: ReadonlyMap<string, string>;
  /** How often a complete list took effect. */
  lists: number;
  /** Resolves once a post satisfies the condition and has been answered. */
  until(condition: (post: Post, fake: FakeMooring) => boolean): Promise<Post>;
  trouble: Trouble;
  pageSize: number;
  token: string;
  /** The only identity that lists may have; the first list sets it. */
  identity: string | undefined;
  close(): Promise<void>;
}

interface Item {
  metadata: { namespace: string; name: string; uid: string; resourceVersion: string };
}

interface Session {
  readonly id: string;
  number: number;
  query: string;
  staged: Item[];
}

const SEVERAL_LINES = /\n/;

export async function startFakeMooring(): Promise<FakeMooring> {
  const posts: Post[] = [];
  const services = new Map<string, string>();
  const sessions = new Map<string, Session>();
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => void receive(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const fake: FakeMooring = {
    url: `http://localhost:${(server.address() as AddressInfo).port}/api/clusters/one/declarations`,
    posts,
    services,
    lists: 0,
    trouble: () => undefined,
    pageSize: 500,
    token: "the-token",
    identity: undefined,
    until(condition) {
      return new Promise((resolve) => {
        const look = () => {
          const found = posts.find((post) => condition(post, fake));
          if (found) waiting.delete(look);
          if (found) resolve(found);
        };
        waiting.add(look);
      });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const post = await toPost(request);
    posts.push(post);
    const trouble = fake.trouble(post, posts.length);
    const reply = trouble === undefined || trouble === "lose" ? answer(post) : trouble;
    if (trouble === "lose") request.socket.destroy();
    else response.writeHead(reply.status, reply.headers).end(reply.body ?? "{}");
    for (const look of waiting) look();
  }

  function answer(post: Post): Reply {
    const inPath = post.path.split("/declarations/")[1] ?? "";
    if (![post.token, inPath].includes(fake.token))
      return { status: 404, body: '{"problems":["not found"]}' };
    const [id = "", number] = (post.sequence ?? "").split(".");
    const session = sessions.get(id) ?? begin();
    // Processed already: the answer was lost.
    const isNew = post.sequence !== undefined && Number(number) === session.number;
    const [status, body] = isNew
      ? process(session, post)
      : [200, { outcome: post.sequence === undefined ? "started" : "repeated" }];
    return {
      status,
      headers: {
        "content-type": "application/json",
        "x-mooring-sequence": `${session.id}.${session.number}`,
        "x-mooring-query": session.query,
      },
      body: JSON.stringify(body),
    };
  }

  function begin(): Session {
    const session = { id: `s${sessions.size + 1}`, number: 1, query: firstPage(), staged: [] };
    sessions.set(session.id, session);
    return session;
  }

  function firstPage(): string {
    return `limit=${fake.pageSize}`;
  }

  function process(session: Session, { status, body }: Post): [number, object] {
    session.number += 1;
    if (status === "413") {
      fake.pageSize = Math.max(1, Math.floor(fake.pageSize / 2));
      return [200, restart(session, "smaller pages")];
    }
    if (status === "410") return [200, restart(session, "expired")];
    if (status !== "200") return [200, { outcome: "unread", status }];
    return session.query.startsWith("watch") ? takeWindow(session, body) : takePage(session, body);
  }

  function restart(session: Session, outcome: string): object {
    session.query = firstPage();
    session.staged = [];
    return { outcome };
  }

  function takePage(session: Session, body: string): [number, object] {
    const list = JSON.parse(body) as {
      metadata: { continue?: string; resourceVersion: string };
      items: Item[];
    };
    session.staged.push(...list.items);
    if (list.metadata.continue !== undefined) {
      session.query = `${firstPage()}&continue=${encodeURIComponent(list.metadata.continue)}`;
      return [200, { outcome: "page" }];
    }
    const own = session.staged.find((item) => keyOf(item) === "default/kubernetes")?.metadata.uid;
    fake.identity ??= own;
    if (own !== fake.identity) {
      restart(session, "");
      return [409, { problems: ["the list is of another cluster"] }];
    }
    services.clear();
    for (const item of session.staged) services.set(keyOf(item), item.metadata.uid);
    fake.lists += 1;
    return [200, { outcome: "list", ...watchFrom(session, list.metadata.resourceVersion) }];
  }

  function takeWindow(session: Session, body: string): [number, object] {
    const lines = body.split(SEVERAL_LINES).filter(Boolean);
    let version = /resourceVersion=(\d+)/.exec(session.query)?.[1] ?? "";
    for (const line of lines) {
      const { type, object } = JSON.parse(line) as { type: string; object: Item & { code?: number } };
      if (type === "ERROR") return [200, restart(session, "expired")];
      version = object.metadata.resourceVersion;
      if (type === "DELETED") services.delete(keyOf(object));
      else if (type !== "BOOKMARK") services.set(keyOf(object), object.metadata.uid);
    }
    return [200, { outcome: "window", ...watchFrom(session, version) }];
  }

  function watchFrom(session: Session, version: string): object {
    session.query = `watch=1&resourceVersion=${version}&allowWatchBookmarks=true&timeoutSeconds=8`;
    session.staged = [];
    return {};
  }
}

function keyOf({ metadata }: Item): string {
  return `${metadata.namespace}/${metadata.name}`;
}

async function toPost(request: IncomingMessage): Promise<Post> {
  const header = (name: string) => request.headers[name] as string | undefined;
  return {
    path: request.url ?? "",
    token: header("x-mooring-token") ?? "",
    sequence: header("x-mooring-sequence"),
    status: header("x-mooring-status"),
    webhook: header("x-mooring-webhook"),
    certificateEnds: header("x-mooring-webhook-certificate-ends"),
    body: await text(request),
  };
}
