/** `GET /api/v1/services`: consistent lists in pages, and watches, as the API server answers them. */
import * as refuse from "./apiStatus.ts";
import { toStatus, type Refusal } from "./apiStatus.ts";
import type { ApiServer } from "./apiServer.ts";
import { serviceKey, type Service } from "./service.ts";
import { Compacted } from "./serviceStore.ts";

export interface ReadOptions {
  /** Ends a watch early, with all that it has seen. */
  readonly signal?: AbortSignal;
  /** In place of the query's `timeoutSeconds`. */
  readonly windowMilliseconds?: number;
}

const DEFAULT_WATCH_SECONDS = 1800;
const VERSION = /^\d{1,19}$/;
/** Continues with the newest state after a continue token expired. */
const INCONSISTENT = -1;

export function readServices(server: ApiServer, query: URLSearchParams, options: ReadOptions = {}): Response {
  const isWatch = ["1", "true"].includes(query.get("watch") ?? "");
  const refusal = failureOf(server, isWatch ? "watch" : "list") ?? problemOf(query);
  if (refusal) return refused(refusal);
  return isWatch ? watch(server, query, options) : list(server, query);
}

function failureOf({ failing }: ApiServer, verb: "list" | "watch"): Refusal | undefined {
  if (failing === undefined) return undefined;
  return failing === 403 ? refuse.forbidden(verb) : refuse.unavailable(failing);
}

function problemOf(query: URLSearchParams): Refusal | undefined {
  for (const name of ["labelSelector", "fieldSelector"])
    if (query.get(name)) return refuse.badRequest(`the sandbox does not support ${name}`);
  const version = query.get("resourceVersion") ?? "";
  if (version === "" || VERSION.test(version)) return undefined;
  return refuse.badRequest(`resourceVersion: Invalid value: "${version}"`);
}

function refused(refusal: Refusal): Response {
  return Response.json(toStatus(refusal), { status: refusal.code });
}

interface Continue {
  readonly rv: number;
  readonly start: string;
}

function list(server: ApiServer, query: URLSearchParams): Response {
  const token = query.get("continue") ?? "";
  const at = token === "" ? startOf(server, query) : continued(server, query, token);
  if ("code" in at) return refused(at);
  try {
    return page(server, at, limitOf(query));
  } catch (error) {
    if (!(error instanceof Compacted)) throw error;
    return refused(refuse.expiredContinue(encode({ ...at, rv: INCONSISTENT })));
  }
}

/** A list without `resourceVersion` is of the newest revision, read from etcd; one with it is at least as new. */
function startOf({ store }: ApiServer, query: URLSearchParams): Continue | Refusal {
  const asked = Number(query.get("resourceVersion") ?? 0);
  if (asked > store.version) return refuse.futureVersion(asked, store.version);
  const isExact = query.get("resourceVersionMatch") === "Exact";
  return { rv: isExact ? asked : store.version, start: "" };
}

function continued(server: ApiServer, query: URLSearchParams, token: string): Continue | Refusal {
  if (query.get("resourceVersion"))
    return refuse.badRequest("specifying resource version is not allowed when using continue");
  const { rv, start } = decode(token);
  if (rv === undefined || start === undefined) return refuse.badRequest("continue key is not valid");
  return { rv: rv === INCONSISTENT ? server.store.version : rv, start };
}

function page({ store }: ApiServer, { rv, start }: Continue, limit: number): Response {
  const services = store.at(rv);
  const first = indexOf(services, start);
  const items = services.slice(first, first + limit);
  const left = services.length - first - items.length;
  const last = items.at(-1);
  return Response.json({
    kind: "ServiceList",
    apiVersion: "v1",
    metadata: {
      resourceVersion: String(rv),
      ...(left > 0 &&
        last && {
          continue: encode({ rv, start: `${serviceKey(last)}\0` }),
          remainingItemCount: left,
        }),
    },
    // Items of a typed list carry no kind.
    items: items.map(({ metadata, spec, status }) => ({ metadata, spec, status })),
  });
}

/** Of the first Service whose key is not below `start`, by bisection: the Services are sorted. */
function indexOf(services: readonly Service[], start: string): number {
  let [low, high] = [0, services.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (serviceKey(services[middle] as Service) < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

function limitOf(query: URLSearchParams): number {
  return Number(query.get("limit") ?? 0) || Number.POSITIVE_INFINITY;
}

function encode({ rv, start }: Continue): string {
  return Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", rv, start })).toString("base64url");
}

function decode(token: string): Partial<Continue> {
  try {
    return JSON.parse(Buffer.from(token, "base64url").toString()) as Partial<Continue>;
  } catch {
    return {};
  }
}

function watch(server: ApiServer, query: URLSearchParams, options: ReadOptions): Response {
  const { store } = server;
  const from = Number(query.get("resourceVersion") ?? 0);
  const isExpired = from !== 0 && from < store.compactedVersion;
  const expired = refuse.expiredWatch(from, store.compactedVersion);
  if (isExpired && server.expiredAs === "status") return refused(expired);
  const seconds = Number(query.get("timeoutSeconds") ?? 0) || DEFAULT_WATCH_SECONDS;
  const { windowMilliseconds = seconds * server.secondMilliseconds, signal } = options;
  const window = new Window(server, { from, bookmarks: query.get("allowWatchBookmarks") === "true" });
  return new Response(window.stream({ milliseconds: windowMilliseconds, signal }), {
    headers: { "content-type": "application/json" },
  });
}

interface WindowOptions {
  readonly from: number;
  readonly bookmarks: boolean;
}

/** One watch: what changed after a revision, then what changes until it ends. */
class Window {
  readonly #server: ApiServer;
  readonly #options: WindowOptions;
  #sent: number;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #cleanUp: () => void = () => {};

  constructor(server: ApiServer, options: WindowOptions) {
    this.#server = server;
    this.#options = options;
    this.#sent = options.from;
  }

  stream({
    milliseconds,
    signal,
  }: {
    milliseconds: number;
    signal: AbortSignal | undefined;
  }): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
        if (this.#options.from === 0) this.#sendAll();
        this.#send();
        if (milliseconds <= 0 || signal?.aborted) return this.#end();
        const end = () => this.#end();
        const timer = setTimeout(end, milliseconds);
        const unsubscribe = this.#server.store.onChange(() => this.#send());
        signal?.addEventListener("abort", end);
        this.#cleanUp = () => {
          clearTimeout(timer);
          unsubscribe();
          signal?.removeEventListener("abort", end);
        };
      },
      cancel: () => {
        this.#controller = undefined;
        this.#close();
      },
    });
  }

  #sendAll(): void {
    const { store } = this.#server;
    for (const object of store.at(store.version)) this.#line("ADDED", object);
    this.#sent = store.version;
  }

  #send(): void {
    if (!this.#controller) return;
    const { store } = this.#server;
    try {
      for (const { type, object, version } of store.since(this.#sent)) {
        this.#line(type, object);
        this.#sent = version;
      }
    } catch (error) {
      if (!(error instanceof Compacted)) throw error;
      this.#line("ERROR", toStatus(refuse.expiredWatch(this.#sent, store.compactedVersion)));
      this.#close();
    }
  }

  /**
   * A bookmark comes shortly before the end, and only with a revision beyond the requested one: where nothing was written since then,
   * the window is empty.
   */
  #end(): void {
    const { version } = this.#server.store;
    if (this.#controller && this.#options.bookmarks && version > this.#options.from)
      this.#line("BOOKMARK", bookmark(version));
    this.#close();
  }

  #close(): void {
    this.#cleanUp();
    const controller = this.#controller;
    this.#controller = undefined;
    controller?.close();
  }

  #line(type: string, object: object): void {
    this.#controller?.enqueue(new TextEncoder().encode(`${JSON.stringify({ type, object })}\n`));
  }
}

function bookmark(version: number): object {
  return {
    kind: "Service",
    apiVersion: "v1",
    metadata: { resourceVersion: String(version) },
    spec: {},
    status: { loadBalancer: {} },
  };
}
