/** The host's keys, made once and kept in a file. */
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";

export interface HostKeys {
  master: string;
  /** Opens every function of level `function`. */
  function: string;
  /** The system key of the Event Grid webhook. */
  eventGrid: string;
}

/** @param path where they are kept; absent: new ones, which are not kept */
export async function hostKeys(path?: string): Promise<HostKeys> {
  const kept = path && (await readFile(path, "utf8").catch(() => undefined));
  if (kept) return JSON.parse(kept);
  const keys = { master: newKey(), function: newKey(), eventGrid: newKey() };
  if (path) await writeFile(path, JSON.stringify(keys), { mode: 0o600 });
  return keys;
}

function newKey(): string {
  return randomBytes(32).toString("base64url");
}
