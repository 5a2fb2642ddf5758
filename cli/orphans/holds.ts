import type { Command } from "commander";
import { encodeKey } from "../../api/key.ts";
import type { Hold } from "../../api/model.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { inert } from "../../shared/core/inert.ts";
import { openApi } from "../api/open.ts";
import { listAll, type Api } from "../api/operations.ts";
import { print } from "../print.ts";
import { only } from "./choose.ts";

/** By name or id: the app looks for it in Azure. @throws ApiFailure if it does not exist, or several have the name */
export async function holdOne(
  selector: string,
  { reason }: { reason: string },
  command: Command,
): Promise<void> {
  const api = await openApi(command);
  const params = { key: encodeKey(selector) };
  const { resourceId } = await api.call("holdResource", { params, body: { reason } });
  console.log(inert(`Held: ${resourceId} is not deleted until \`mooring orphans release\`.`));
}

/** A held resource need not be an orphan candidate any longer. */
export async function releaseOne(selector: string, _options: unknown, command: Command): Promise<void> {
  const api = await openApi(command);
  const held = only(await readHolds(api), selector);
  if (!held) throw new InvalidInput(`${selector} is not on hold; run \`mooring orphans holds\``);
  const { resourceId } = await api.call("releaseHold", { params: { key: held.key } });
  console.log(inert(`Released: ${resourceId}; a grace period starts again.`));
}

export async function holds(_options: unknown, command: Command): Promise<void> {
  print(command, await readHolds(await openApi(command)), {
    name: ({ name }) => name,
    who: ({ who }) => who,
    since: ({ sinceUtc }) => sinceUtc,
    why: ({ why }) => why,
    resource: ({ resourceId }) => resourceId,
  });
}

function readHolds(api: Api): Promise<Hold[]> {
  return listAll(api, "listHolds");
}
