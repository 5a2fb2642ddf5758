/** An operator at the API: reads, decides on connections, undoes, holds; and enqueues work as timers do. */
import type { Acting } from "./acting.ts";

const LOOKS = [
  "/pls",
  "/connections",
  "/orphans",
  "/journal",
  "/findings",
  "/subnets",
  "/overview",
  "/audits",
];
const TIMERS = ["scanInventory", "pollPrivateLinkServices", "sweepOrphans", "auditDrift"];

type Item = Record<string, any>;

export async function look(acting: Acting): Promise<string> {
  return `answered ${(await ask(acting, "GET", acting.random.pick(LOOKS) ?? "")).status}`;
}

export async function fireTimer({ stage, random }: Acting): Promise<string> {
  return `answered ${await stage.fire(random.pick(TIMERS) ?? "")}`;
}

export async function decide(acting: Acting): Promise<string> {
  const { random } = acting;
  const one = random.pick(await items(acting, "/connections?status=Pending"));
  if (!one) return "nothing is pending";
  const status = random.chance(0.5) ? "Approved" : "Rejected";
  return plannedAndDone(acting, `/connections/${encodeURIComponent(one["key"])}/decision`, {
    status,
    reason: "soak",
  });
}

export async function undo(acting: Acting): Promise<string> {
  const one = acting.random.pick((await items(acting, "/journal")).filter(({ undoable }) => undoable));
  return one ? plannedAndDone(acting, `/journal/${one["id"]}/undo`) : "nothing to undo";
}

/** Held for a moment. */
export async function holdAndRelease(acting: Acting): Promise<string> {
  const one = acting.random.pick(await items(acting, "/orphans"));
  if (!one) return "no orphan";
  const path = `/orphans/${encodeURIComponent(one["key"])}/hold`;
  const held = await ask(acting, one["hold"] ? "DELETE" : "PUT", path, { body: { reason: "soak" } });
  return `answered ${held.status}`;
}

/** Releases all holds. */
export async function releaseAll(acting: Acting): Promise<void> {
  for (const one of (await items(acting, "/orphans")).filter(({ hold }) => hold))
    await ask(acting, "DELETE", `/orphans/${encodeURIComponent(one["key"])}/hold`);
}

async function plannedAndDone(acting: Acting, path: string, body?: object): Promise<string> {
  const shown = await ask(acting, "POST", `${path}?dryRun=true`, { body });
  const etag = shown.headers.get("etag");
  if (!shown.ok || etag === null) return `plan answered ${shown.status}`;
  const done = await ask(acting, "POST", path, { body, headers: { "if-match": etag } });
  return `answered ${done.status}`;
}

async function items(acting: Acting, path: string): Promise<Item[]> {
  const response = await ask(acting, "GET", path);
  return response.ok ? ((await response.json()) as { items: Item[] }).items : [];
}

function ask(
  { stage }: Acting,
  method: string,
  path: string,
  { body, headers }: { body?: object | undefined; headers?: Record<string, string> } = {},
): Promise<Response> {
  return fetch(`${stage.door.url}/api/v1${path}`, {
    method,
    headers: { "x-mooring-request": "1", "content-type": "application/json", ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
}
