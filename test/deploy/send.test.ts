/** The sender's script as a cluster runs it: a shell and curl, between an API server and Mooring. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ApiServer } from "../../dev/sandbox/cluster/apiServer.ts";
import { serveApiServer, type Served } from "../../dev/sandbox/cluster/serveApiServer.ts";
import type { Service } from "../../dev/sandbox/cluster/service.ts";
import { certificates, type Certificates } from "../../dev/sandbox/identity/certificate.ts";
import { startFakeMooring, type FakeMooring, type Post } from "../builders/fakeMooring.ts";

const SCRIPT = join(import.meta.dirname, "../../deploy/declarations/send.sh");
/** That of this machine with its tools, and, where there is one, BusyBox with its own, as in curl's image. */
const SHELLS = ["sh", "busybox"].filter((shell) => spawnSync(shell, ["--help"]).error === undefined);

interface Sender {
  readonly temporary: string;
  /** Lines of its log, without the time. */
  log(): string[];
  /** Resolves when the log has such a line. */
  logged(line: RegExp): Promise<string>;
  /** Resolves to the exit code, when it has ended. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

let folder: string;
let trusted: Certificates;
let api: ApiServer;
let apiServer: Served;
let mooring: FakeMooring;
let senders: Sender[];
/** Where the script finds `sh` and everything else. */
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mooring-send-"));
  trusted = await certificates(join(folder, "trusted"));
  // Pauses are recorded instead of made.
  await writeFile(join(folder, "pause"), `#!/bin/sh\necho "$1" >> "$TMPDIR/pauses"\n`);
  await chmod(join(folder, "pause"), 0o755);
  await mkdir(join(folder, "account"));
  await writeFile(join(folder, "account", "ca.crt"), trusted.ca);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(async () => {
  api = new ApiServer();
  api.secondMilliseconds = 5;
  [apiServer, mooring] = await Promise.all([serveApiServer(api, trusted), startFakeMooring()]);
  senders = [];
  for (const name of ["a", "b", "c"]) await api.create(service(name));
  await writeFile(join(folder, "account", "token"), api.token);
  await writeFile(join(folder, "token"), mooring.token);
});
afterEach(async () => {
  await Promise.all(senders.map((sender) => sender.stop("SIGKILL")));
  await Promise.all([apiServer.close(), mooring.close()]);
});

const service = (name: string, annotations: Record<string, string> = {}): Service => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "shop", annotations },
  spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
});
const names = () => [...mooring.services.keys()].toSorted();
const ALL = ["default/kubernetes", "shop/a", "shop/b", "shop/c"];

async function start(env: Record<string, string> = {}): Promise<Sender> {
  const temporary = await mkdtemp(join(folder, "tmp-"));
  const child = spawn("sh", [SCRIPT], {
    env: {
      PATH: path,
      SERVICE_ACCOUNT: join(folder, "account"),
      API_SERVER: apiServer.url,
      DECLARATIONS_URL: mooring.url,
      TOKEN_FILE: join(folder, "token"),
      TMPDIR: temporary,
      SLEEP: join(folder, "pause"),
      ...env,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const sender = followed(child, temporary);
  senders.push(sender);
  return sender;
}

function followed(child: ChildProcess, temporary: string): Sender {
  let text = "";
  const watching = new Set<() => void>();
  child.stderr?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    for (const look of watching) look();
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const log = () => text.split("\n").map((line) => line.replace(/^\S+Z /, ""));
  return {
    temporary,
    log,
    logged: (pattern) =>
      new Promise((resolve) => {
        const look = () => {
          const line = log().find((one) => pattern.test(one));
          if (line === undefined) return;
          watching.delete(look);
          resolve(line);
        };
        watching.add(look);
        look();
      }),
    stop(signal = "SIGTERM") {
      child.kill(signal);
      return ended;
    },
  };
}

/** A folder with BusyBox under all its names, and curl. */
async function busyBox(): Promise<string> {
  const tools = join(folder, "busybox");
  await mkdir(tools);
  spawnSync("busybox", ["--install", "-s", tools]);
  const curl = spawnSync("sh", ["-c", "command -v curl"], { encoding: "utf8" }).stdout.trim();
  await symlink(curl, join(tools, "curl"));
  return tools;
}

const waits = async ({ temporary }: Sender) =>
  (await readFile(join(temporary, "pauses"), "utf8").catch(() => "")).split("\n").filter(Boolean).map(Number);
const windows = (count: number) => (_: Post, fake: FakeMooring) =>
  fake.posts.filter(({ status, body }) => status === "200" && !body.includes('"ServiceList"')).length >=
  count;

describe.each(SHELLS)("%s", (shell) => {
  beforeAll(async () => {
    path = shell === "busybox" ? await busyBox() : (process.env["PATH"] ?? "");
  });

  test("reports a list in pages, then windows of changes, and ends at once on a signal", async () => {
    mooring.pageSize = 2;
    const sender = await start();
    await mooring.until(windows(1));
    expect(names()).toEqual(ALL);
    await api.create(service("d"));
    await api.delete("shop/a");
    await mooring.until(() => mooring.services.has("shop/d") && !mooring.services.has("shop/a"));
    const [first, second, third] = mooring.posts;
    expect([first?.sequence, first?.status, first?.body]).toEqual([undefined, undefined, ""]);
    expect(second).toMatchObject({ sequence: "s1.1", status: "200", token: mooring.token });
    expect(third).toMatchObject({ sequence: "s1.2", status: "200" });
    expect(second?.body).toContain('"remainingItemCount":2');
    expect(await sender.stop()).toBe(143);
    // A window like the one before is not logged.
    expect(sender.log().filter((line) => line.includes('"window"'))).toHaveLength(1);
    expect(await waits(sender)).toEqual([]);
  });

  test.each(["event", "status"] as const)("lists again after 410 by %s", async (how) => {
    api.expiredAs = how;
    // While Mooring takes the list no window is open.
    mooring.trouble = (_, number) => {
      if (number !== 2) return undefined;
      api.patchStatus("shop/a", { finalizers: ["example.com/kept"] });
      api.compact();
      return undefined;
    };
    await start();
    await mooring.until(() => mooring.lists === 2);
    expect(mooring.posts[2]).toMatchObject({
      status: how === "event" ? "200" : "410",
      body: expect.stringContaining('"code":410'),
    });
    expect(names()).toEqual(ALL);
  });

  test("reports a list over the limit by 413 and no body, until pages are small enough", async () => {
    for (const name of ["w", "x", "y", "z"]) await api.create(service(name, { big: "x".repeat(700_000) }));
    const sender = await start();
    await mooring.until(() => mooring.lists === 1);
    expect(names()).toEqual([...ALL, "shop/w", "shop/x", "shop/y", "shop/z"]);
    const large = mooring.posts.filter(({ status }) => status === "413");
    expect(large.length).toBeGreaterThan(0);
    expect(large.every(({ body }) => body === "")).toBe(true);
    expect(sender.log()).toContainEqual("the API server's answer to limit=500 is larger than 2097152 bytes");
  });

  test("sends no body after something before Mooring refused its size", async () => {
    mooring.trouble = (_, number) => (number === 2 ? { status: 413, body: "<html>too large" } : undefined);
    const sender = await start();
    await mooring.until(() => mooring.lists === 1);
    expect(mooring.posts.slice(1, 3).map(({ status, sequence }) => [status, sequence])).toEqual([
      ["200", "s1.1"],
      ["413", "s1.1"],
    ]);
    expect(sender.log()).toContainEqual("Mooring answered 413: <html>too large");
  });

  test("survives lost answers: the same query under the same sequence", async () => {
    mooring.trouble = (_, number) => ([2, 4].includes(number) ? "lose" : undefined);
    const sender = await start();
    await mooring.until(windows(2));
    expect(mooring.posts.slice(0, 5).map(({ sequence }) => sequence)).toEqual([
      undefined,
      "s1.1",
      "s1.1",
      "s1.2",
      "s1.2",
    ]);
    expect(names()).toEqual(ALL);
    expect(sender.log()).toContainEqual(
      expect.stringMatching(/^Mooring did not answer: .*curl ended with 52/),
    );
  });

  test("killed and started again it begins a new session", async () => {
    const before = await start();
    await mooring.until(windows(1));
    await before.stop("SIGKILL");
    await api.delete("shop/a");
    await start();
    await mooring.until(() => mooring.lists === 2);
    expect(names()).toEqual(ALL.filter((name) => name !== "shop/a"));
  });

  test("backs off after failures, and follows retry-after", async () => {
    mooring.trouble = (_, number) => {
      if (number <= 7) return { status: 503, body: "unavailable" };
      if (number === 8) return { status: 429, headers: { "retry-after": "7" } };
      if (number === 9) return { status: 500, headers: { "retry-after": "86400" } };
      if (number === 10) return { status: 404 };
      return undefined;
    };
    const sender = await start();
    await mooring.until(windows(1));
    expect(await waits(sender)).toEqual([2, 4, 8, 16, 32, 60, 60, 7, 300, 60]);
    expect(sender.log()).toContainEqual("Mooring answered 503: unavailable");
  });

  test("forwards failures of the API server, and backs off", async () => {
    api.failing = 403;
    const sender = await start();
    await mooring.until(({ status }, { posts }) => status === "403" && posts.length >= 4);
    api.failing = undefined;
    await mooring.until(() => mooring.lists === 1);
    expect(mooring.posts[1]).toMatchObject({ status: "403", body: expect.stringContaining('"code":403') });
    expect((await waits(sender)).slice(0, 3)).toEqual([2, 4, 8]);
    expect(sender.log()).toContainEqual(
      expect.stringMatching(/^the API server answered 403 to limit=500: .*cannot list resource/),
    );
  });

  test("reports what was cut off by 000, without a body", async () => {
    const cutting = createServer(trusted, (_, response) => {
      response.writeHead(200, { "content-length": 5000 });
      response.write('{"kind":"Serv', () => response.destroy());
    });
    await new Promise<void>((resolve) => cutting.listen(0, "127.0.0.1", resolve));
    const { port } = cutting.address() as AddressInfo;
    await start({ API_SERVER: `https://localhost:${port}` });
    expect(await mooring.until(({ status }) => status !== undefined)).toMatchObject({
      status: "000",
      body: "",
    });
    cutting.close();
    cutting.closeAllConnections();
  });

  test("reports an API server that does not answer by 000", async () => {
    const { url } = apiServer;
    await apiServer.close();
    const sender = await start();
    await mooring.until(({ status }) => status === "000");
    apiServer = await serveApiServer(api, { ...trusted, port: Number(new URL(url).port) });
    await mooring.until(windows(1));
    expect(mooring.posts[1]).toMatchObject({ status: "000", body: "" });
    expect(sender.log()).toContainEqual(
      expect.stringMatching(/^the API server did not answer limit=500: .*curl ended with 7/),
    );
  });

  test.each([
    ["another path", "limit=1/../../secrets"],
    ["a fragment", "limit=1#"],
    ["a quote", "limit=1'"],
    ["a blank", "limit=1 --upload-file"],
    ["a pattern of curl", "limit=[1-9]"],
    ["too many characters", `limit=${"1".repeat(4096)}`],
  ])("does not run a query with %s: it starts again a minute later", async (_, query) => {
    mooring.trouble = (_, number) =>
      number === 1
        ? { status: 200, headers: { "x-mooring-sequence": "s1.1", "x-mooring-query": query } }
        : undefined;
    const sender = await start();
    await sender.logged(/^Mooring named a query .*: a new session begins$/);
    await mooring.until((_, { posts }) => posts.length >= 2);
    expect(mooring.posts[1]).toMatchObject({ sequence: undefined, status: undefined, body: "" });
    expect((await waits(sender))[0]).toBe(60);
  });

  test("reads both tokens in every round: they rotate", async () => {
    await writeFile(join(folder, "token"), "wrong");
    const sender = await start();
    await sender.logged(/^Mooring answered 404/);
    await writeFile(join(folder, "token"), mooring.token);
    await mooring.until(windows(1));
    expect((await waits(sender))[0]).toBe(60);
    await writeFile(join(folder, "account", "token"), "expired");
    await mooring.until(({ status }) => status === "401");
    const count = mooring.posts.length;
    await writeFile(join(folder, "account", "token"), api.token);
    await mooring.until((post, { posts }) => posts.indexOf(post) > count && post.status === "200");
    expect(sender.log()).toContainEqual(expect.stringMatching(/^the API server answered 401 to watch=1/));
  });

  test("a token that cannot be read is named", async () => {
    const sender = await start({ TOKEN_FILE: join(folder, "none") });
    expect(await sender.logged(/^cannot read/)).toBe(`cannot read ${join(folder, "none")}`);
  });

  test("is alive while it makes rounds, and not ten minutes after the last one", async () => {
    const sender = await start();
    await mooring.until(windows(1));
    const probe = () =>
      spawnSync("sh", [SCRIPT, "alive"], { env: { PATH: path, TMPDIR: sender.temporary } }).status;
    expect(probe()).toBe(0);
    await sender.stop("SIGKILL");
    await writeFile(join(sender.temporary, "alive"), String(Math.floor(Date.now() / 1000) - 601));
    expect(probe()).not.toBe(0);
  });
});
