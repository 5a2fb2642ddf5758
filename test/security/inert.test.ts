/**
 * Every hostile text in everything that shows it: the command line, reports, the API, the log, admission, notices. The dashboard is in
 * `test/browser/hostile.test.ts`. Marks in the texts prove that an output contains them.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { webhook } from "../../shared/audit/webhook.ts";
import { findingNotice } from "../builders/notice.ts";
import { startReceiver } from "../builders/receiver.ts";
import { sandboxed, START_MILLISECONDS } from "../builders/sandboxed.ts";
import { runCli } from "../cli/runCli.ts";
import { HOSTILE } from "./hostile.ts";
import { CLUSTER, fillWithHostility, services, type Told } from "./hostileWorld.ts";
import { SHOWN_AS } from "./shownAs.ts";

interface Output {
  readonly name: string;
  readonly as: keyof typeof SHOWN_AS;
  /** How it is had. */
  readonly get: () => Promise<string>;
  /** Of the texts it shows all, or has no room for more than some. */
  readonly shows: "all" | "some";
}

let world: Awaited<ReturnType<typeof sandboxed>>;
let told: Told;
const shown = new Map<string, string>();

beforeAll(async () => {
  world = await sandboxed();
  told = await fillWithHostility(world.sandbox);
  for (const { name, get } of OUTPUTS) shown.set(name, await get());
}, START_MILLISECONDS);
afterAll(() => world.close());

function cli(line: string, as: Output["as"] = "terminal", shows: Output["shows"] = "all"): Output {
  const get = async () => {
    const input = JSON.stringify({ kind: "List", apiVersion: "v1", items: services() });
    const { code, out, err } = await runCli(line.split(" "), { env: world.sandbox.settings, input });
    expect([code === 0 || code === 1, err]).toEqual([true, ""]);
    return out;
  };
  return { name: `mooring ${line}`, as, get, shows };
}

function api(path: string, as: Output["as"] = "json", shows: Output["shows"] = "all"): Output {
  const get = async () => (await fetch(`${world.sandbox.hostUrl}/api/v1${path}`)).text();
  return { name: `GET ${path}`, as, get, shows };
}

const FIRST = "bad000000000";

const OUTPUTS: readonly Output[] = [
  cli("check --offline -"),
  cli("-o json check --offline -", "json"),
  cli("-o sarif check --offline -", "json"),
  cli("-o github check --offline -", "pipeline"),
  cli("explain -"),
  cli("findings list --state all"),
  cli("-o json findings list --state all", "json"),
  cli("-o yaml findings list --state all", "yaml"),
  cli(`findings show ${FIRST}`, "terminal", "some"),
  cli(`-o yaml findings show ${FIRST}`, "yaml", "some"),
  cli("audit show"),
  cli("-o json audit show", "json"),
  cli("-o jsonl audit show", "jsonLines"),
  cli("-o csv audit show", "csv"),
  cli("-o markdown audit show", "markdown"),
  cli("-o sarif audit show", "json"),
  cli("-o html audit show", "html"),
  cli("audit list", "terminal", "some"),
  cli("journal list"),
  cli("-o json journal list", "json"),
  cli("-o yaml journal list", "yaml"),
  cli("pls list", "terminal", "some"),
  cli("pls show pls-reports", "terminal", "some"),
  cli("-o json pls show pls-reports", "json", "some"),
  cli("connections list --all"),
  cli("-o yaml connections list --all", "yaml"),
  cli("orphans list", "terminal", "some"),
  cli("queue list", "terminal", "some"),
  cli("refusals", "terminal", "some"),
  cli("policy show", "terminal", "some"),
  cli("policy history", "terminal", "some"),
  api("/findings?state=all&limit=1000"),
  api(`/findings/${FIRST}`, "json", "some"),
  api("/journal"),
  api("/connections"),
  api("/orphans", "json", "some"),
  api("/pls", "json", "some"),
  api("/overview", "json", "some"),
  api(`/search?q=${CLUSTER}`, "json", "some"),
  api("/audits", "json", "some"),
  ...(["json", "html", "csv", "markdown", "sarif", "jsonl"] as const).map((format) =>
    api(
      `/audits/latest/report?format=${format}`,
      (
        {
          json: "json",
          sarif: "json",
          jsonl: "jsonLines",
          html: "html",
          csv: "csv",
          markdown: "markdown",
        } as const
      )[format],
    ),
  ),
  {
    name: "the API's refusals, which quote the request",
    as: "jsonLines",
    shows: "all",
    get: async () => {
      const asked = HOSTILE.map(async ({ text }) => {
        const query = new URLSearchParams({ [text]: "1" });
        return (await fetch(`${world.sandbox.hostUrl}/api/v1/findings?${query.toString()}`)).text();
      });
      return (await Promise.all(asked)).join("\n");
    },
  },
  {
    name: "the API's judgement of a manifest",
    as: "json",
    shows: "all",
    get: async () => {
      const headers = { "content-type": "application/json", "x-mooring-request": "1" };
      const answers = services().map(async (service) => {
        const body = JSON.stringify({ cluster: CLUSTER, manifest: JSON.stringify(service) });
        return (
          await fetch(`${world.sandbox.hostUrl}/api/v1/check`, { method: "POST", headers, body })
        ).text();
      });
      return `[${(await Promise.all(answers)).join(",")}]`;
    },
  },
  {
    name: "the response to the API server",
    as: "terminal",
    shows: "all",
    get: async () => told.refusals.join("\n"),
  },
  { name: "what kubectl warns of", as: "terminal", shows: "some", get: async () => told.warnings.join("\n") },
  {
    name: "the log",
    as: "jsonLines",
    shows: "all",
    get: () => readFile(join(world.state, "host.log"), "utf8"),
  },
  {
    name: "a notice to others",
    as: "json",
    shows: "all",
    get: async () => {
      const receiver = await startReceiver();
      const notices = HOSTILE.map(({ text }) => findingNotice(text));
      const options = { url: receiver.url, secret: "x".repeat(24), source: "mooring", now: () => new Date() };
      await webhook(options).send(notices);
      await receiver.close();
      return receiver.received[0]?.body ?? "";
    },
  },
];

test.each(OUTPUTS)("$name is harmless as $as", ({ name, as }) => SHOWN_AS[as](shown.get(name) ?? ""));

const PAIRS = OUTPUTS.filter(({ shows }) => shows === "all").flatMap(({ name }) =>
  HOSTILE.map(({ what, mark }) => ({ name, what, mark })),
);
test.each(PAIRS)("$name shows $what", ({ name, mark }) => expect(shown.get(name)).toContain(mark));
