/** The controller's ARM client: the public endpoint, with its own identity. */
import { setTimeout as delay } from "node:timers/promises";
import { issueToken } from "../identity/token.ts";
import type { Caller } from "../arm/resourceType.ts";

const API_VERSION = "2025-05-01";
const POLL_MILLISECONDS = 20;
const BUSY_MILLISECONDS = 50;
const BUSY_TRIES = 100;

export type ArmFetch = (request: Request) => Promise<Response>;

export class ArmFailure extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(`${code}: ${message}`);
    this.status = status;
    this.code = code;
  }
}

export class ArmClient {
  readonly #fetch: ArmFetch;
  readonly #caller: Caller;

  constructor(fetch: ArmFetch, caller: Caller) {
    this.#fetch = fetch;
    this.#caller = caller;
  }

  async get(path: string): Promise<any> {
    const response = await this.#send("GET", path);
    return response.status === 404 ? undefined : this.#body(response);
  }

  /** Every page. */
  async list(path: string): Promise<any[]> {
    const all: any[] = [];
    for (let next: string | undefined = path; next;) {
      const body: any = await this.#body(await this.#send("GET", next));
      all.push(...body.value);
      next = body.nextLink;
    }
    return all;
  }

  /** Writes, and returns when Azure is done. */
  put(path: string, body: unknown): Promise<any> {
    return this.#write("PUT", path, body);
  }

  remove(path: string): Promise<any> {
    return this.#write("DELETE", path);
  }

  async #write(method: string, path: string, body?: unknown): Promise<any> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await this.#send(method, path, body);
      if (
        (response.status === 409 || response.status === 429) &&
        attempt < BUSY_TRIES &&
        !(await isLocked(response))
      ) {
        await delay(BUSY_MILLISECONDS);
        continue;
      }
      const answer = await this.#body(response);
      await this.#settled(response);
      return answer;
    }
  }

  async #settled(response: Response): Promise<void> {
    const operation = response.headers.get("azure-asyncoperation");
    if (operation === null) return;
    for (;;) {
      const body = await this.#body(await this.#send("GET", operation));
      if (body.status === "Succeeded") return;
      if (body.status === "Failed") throw new ArmFailure(200, body.error.code, body.error.message);
      await delay(POLL_MILLISECONDS);
    }
  }

  #send(method: string, path: string, body?: unknown): Promise<Response> {
    const url = new URL(path, "https://management.azure.com");
    if (!url.searchParams.has("api-version")) url.searchParams.set("api-version", API_VERSION);
    const { token } = issueToken(this.#caller);
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    return this.#fetch(
      new Request(url, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }),
    );
  }

  async #body(response: Response): Promise<any> {
    const text = await response.text();
    const body = text === "" ? {} : JSON.parse(text);
    if (response.ok) return body;
    throw new ArmFailure(response.status, body.error?.code ?? "", body.error?.message ?? "");
  }
}

async function isLocked(response: Response): Promise<boolean> {
  const body = (await response
    .clone()
    .json()
    .catch(() => ({}))) as { error?: { code?: string } };
  return body.error?.code === "ScopeLocked";
}
