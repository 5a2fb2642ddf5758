import type { Command } from "commander";
import { openApi } from "../api/open.ts";

/** Scopes that have not started are skipped. */
export async function cancel(name: string, _options: unknown, command: Command): Promise<void> {
  const api = await openApi(command);
  const { id, state } = await api.call("getAudit", { params: { id: name } });
  if (state !== "running") return console.log(`Audit ${id} had already ended: ${state}.`);
  await api.call("cancelAudit", { params: { id } });
  console.log(`Audit ${id} is cancelled; findings of completed scopes are kept.`);
}
