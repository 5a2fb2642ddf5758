import type { Command } from "commander";
import { openApi } from "../api/open.ts";
import { carryOut } from "../changes.ts";
import { chooseFinding } from "./choose.ts";

/** The next audit resolves the finding. @throws ApiFailure if Mooring cannot repair it */
export async function fix(selector: string, { yes }: { yes: boolean }, command: Command): Promise<void> {
  const api = await openApi(command);
  const { id } = await chooseFinding(api, selector);
  const { plan } = await api.call("fixFinding", { params: { id }, query: { dryRun: "true" } });
  const apply = () => api.call("fixFinding", { params: { id }, ifMatch: plan.etag });
  await carryOut(command, { plan, apply, yes });
}
