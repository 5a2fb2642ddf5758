import { page, type Route } from "../call.ts";
import { key, parseId } from "../ids.ts";
import type { Stored } from "../resourceType.ts";
import { unknownGroup } from "./groups.ts";

const PATH = /^\/subscriptions\/([^/]+)(?:\/resourcegroups\/([^/]+))?\/resources$/i;

/** Resources of every type, with the filters that `az` sends. */
export const genericListRoute: Route = (context, call) => {
  const match = PATH.exec(call.path);
  if (!match) return undefined;
  const [, subscription = "", group] = match;
  if (
    group !== undefined &&
    !context.world.groups.has(key(`/subscriptions/${subscription}/resourceGroups/${group}`))
  )
    throw unknownGroup(group);
  const wanted = { ...filters(call.query.get("$filter") ?? ""), ...(group && { resourcegroup: group }) };
  const found = context.world.all().filter((stored) => fits(stored, subscription, wanted));
  return page(
    context,
    call,
    found.map(({ id, name, type, location, tags, createdTime, changedTime, provisioningState }) => ({
      id,
      name,
      type,
      location,
      tags,
      createdTime,
      changedTime,
      provisioningState,
    })),
  );
};

/** `resourceGroup eq 'RG' and name eq 'x' and resourceType eq 'T'` */
function filters(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/(\w+) eq '([^']*)'/g)].map(([, field = "", value = ""]) => [
      field.toLowerCase(),
      value,
    ]),
  );
}

function fits(stored: Stored, subscription: string, wanted: Record<string, string>): boolean {
  const id = parseId(stored.id);
  const actual: Record<string, string> = {
    resourcegroup: id?.resourceGroup ?? "",
    name: stored.name,
    resourcetype: stored.type,
    location: stored.location,
  };
  return (
    key(id?.subscription ?? "") === key(subscription) &&
    Object.entries(wanted).every(
      ([field, value]) => actual[field] === undefined || key(actual[field]) === key(value),
    )
  );
}
