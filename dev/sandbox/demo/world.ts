/** The demo's way to a sandbox, running or its own: over HTTP and the command line only, as a person would. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { issueToken } from "../identity/token.ts";
import { ANY_PORTS } from "../start/ports.ts";

const ROOT = join(import.meta.dirname, "../../..");
const API = "api-version=2025-05-01";
/** Longer than a queue's slowest poll and an operation together. */
const PATIENCE_MILLISECONDS = 120_000;

export interface About {
  hostUrl: string;
  armUrl: string;
  controlUrl: string;
  caPath: string;
  keys: { master: string; function: string };
  settings: Record<string, string>;
  /** Program of the app's command line; absent: from its sources. */
  cli?: string;
}

export class DemoWorld {
  readonly about: About;
  readonly #arm: (request: Request) => Promise<Response>;

  constructor(about: About, arm: (request: Request) => Promise<Response>) {
    this.about = about;
    this.#arm = arm;
  }

  /** As another caller than the controller: a person in the portal, or a consumer. */
  async arm(method: string, path: string, body?: unknown): Promise<any> {
    const { token } = issueToken({ objectId: "somebody", applicationId: "portal", name: "somebody" });
    const url = `${this.about.armUrl}${path}${path.includes("?") ? "&" : "?"}${API}`;
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const send = () =>
      this.#arm(
        new Request(url, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }),
      );
    // Another write to the same network is in progress: as any client, it is retried.
    const response = await this.eventually(`${method} ${path}`, async () => {
      const answer = await send();
      return answer.status === 409 ? undefined : answer;
    });
    if (response.status === 404) return undefined;
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? {} : JSON.parse(text);
  }

  async control(method: string, path: string, body?: unknown): Promise<any> {
    const response = await fetch(`${this.about.controlUrl}/sandbox${path}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return response.status === 204 ? {} : response.json();
  }

  /** Fires one of the app's timers now, as an administrator of the Function App can. */
  async fire(name: string): Promise<void> {
    await fetch(`${this.about.hostUrl}/admin/functions/${name}`, {
      method: "POST",
      headers: { "x-functions-key": this.about.keys.master, "content-type": "application/json" },
      body: "{}",
    });
  }

  /** The product's command line, with the app's settings. */
  mooring(args: readonly string[], input = ""): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = execFile(
        process.execPath,
        [this.about.cli ?? join(ROOT, "cli/main.ts"), ...args],
        { env: { ...process.env, ...this.about.settings } },
        (error, stdout, stderr) =>
          error
            ? reject(new Error(`mooring ${args.join(" ")}: ${stderr || error.message}`))
            : resolve(stdout),
      );
      child.stdin?.end(input);
    });
  }

  /** The first value that is not undefined. @throws Error naming what was waited for */
  async eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + PATIENCE_MILLISECONDS;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > deadline)
        throw new Error(`waited ${PATIENCE_MILLISECONDS / 1000} s in vain for ${what}`);
      await delay(200);
    }
  }
}

/** The running sandbox at `controlUrl`, or one of the demo's own that ends with it. */
export async function openWorld(
  controlUrl: string,
): Promise<{ world: DemoWorld; close: () => Promise<void>; own: boolean }> {
  const about = (await fetch(`${controlUrl}/sandbox`, { signal: AbortSignal.timeout(2000) }).then(
    (response) => response.json(),
    () => undefined,
  )) as About | undefined;
  if (about)
    return { world: new DemoWorld(about, await trusting(about.caPath)), own: false, close: async () => {} };
  const state = await mkdtemp(join(tmpdir(), "mooring-demo-"));
  const [{ buildApp }, { startSandbox }] = await Promise.all([
    import("../../tools/build.ts"),
    import("../start/startSandbox.ts"),
  ]);
  const sandbox = await startSandbox({ app: await buildApp(join(state, "app")), state, ports: ANY_PORTS });
  const close = async () => {
    await sandbox.stop();
    await rm(state, { recursive: true, force: true });
  };
  return { world: new DemoWorld(sandbox, await trusting(sandbox.caPath)), own: true, close };
}

/** fetch that also trusts the sandbox's authority. */
async function trusting(caPath: string): Promise<(request: Request) => Promise<Response>> {
  const [tls, { readFile }] = await Promise.all([import("node:tls"), import("node:fs/promises")]);
  tls.setDefaultCACertificates([...tls.getCACertificates(), await readFile(caPath, "utf8")]);
  return fetch;
}
