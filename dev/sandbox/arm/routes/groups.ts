import { ArmError } from "../armError.ts";
import { page, urlOf, type Answer, type Call, type Context, type Route } from "../call.ts";
import { key } from "../ids.ts";
import type { Body, Group } from "../resourceType.ts";
import { checkLocks } from "./locks.ts";

const PATH = /^(\/subscriptions\/([^/]+)\/resourcegroups)(?:\/([^/]+))?$/i;
/** What may stand in another's way goes first. */
const DELETE_ORDER = [
  "privateendpoints",
  "privatelinkservices",
  "loadbalancers",
  "networkinterfaces",
  "publicipaddresses",
  "virtualnetworks",
  "managedclusters",
];

export const groupsRoute: Route = (context, call) => {
  const match = PATH.exec(call.path);
  if (!match) return undefined;
  const [, , subscription = "", name] = match;
  const mine = [...context.world.groups.values()].filter(
    (group) => key(group.subscription) === key(subscription),
  );
  if (name === undefined) return page(context, call, mine.map(toWire));
  return one(context, call, { subscription, name });
};

function one(
  context: Context,
  call: Call,
  { subscription, name }: { subscription: string; name: string },
): Answer {
  const id = `/subscriptions/${subscription}/resourceGroups/${name}`;
  const group = context.world.groups.get(key(id));
  if (call.method === "HEAD") return { status: group ? 204 : 404 };
  if (call.method === "PUT") return put(context, call, { id, name, subscription, ...(group && { group }) });
  if (!group) throw unknownGroup(name);
  if (call.method === "GET") return { status: 200, body: toWire(group) };
  if (call.method === "PATCH") {
    group.tags = { ...group.tags, ...call.body["tags"] };
    return { status: 200, body: toWire(group) };
  }
  if (call.method === "DELETE") return remove(context, call, group);
  throw new ArmError(405, "MethodNotAllowed", `The method ${call.method} is not allowed here.`, {
    from: "gateway",
  });
}

function put(
  context: Context,
  call: Call,
  { id, name, subscription, group }: { id: string; name: string; subscription: string; group?: Group },
): Answer {
  const managedBy: string | undefined = call.body["managedBy"] ?? group?.managedBy;
  const made: Group = {
    id: group?.id ?? id,
    name: group?.name ?? name,
    subscription,
    location: call.body["location"] ?? group?.location ?? "westeurope",
    tags: call.body["tags"] ?? {},
    ...(managedBy && { managedBy }),
  };
  context.world.groups.set(key(id), made);
  return { status: group ? 200 : 201, body: toWire(made) };
}

function remove(context: Context, call: Call, group: Group): Answer {
  const { world } = context;
  const inside = world.all().filter(({ id }) => key(id).startsWith(`${key(group.id)}/`));
  checkLocks(world, group.id, "delete");
  for (const stored of inside) checkLocks(world, stored.id, "delete");
  const ordered = inside.sort((a, b) => orderOf(a.type) - orderOf(b.type));
  const operation = context.operations.start({
    subscription: group.subscription,
    location: group.location,
    holds: [group.id],
    milliseconds: 0,
    settle() {
      for (const { id, type } of ordered) {
        const stored = world.get(id);
        if (stored) world.types.get(key(type))?.removed?.(world, stored);
        world.drop(id);
      }
      world.groups.delete(key(group.id));
    },
  });
  return {
    status: 202,
    headers: {
      location: urlOf(call, `/subscriptions/${group.subscription}/operationresults/${operation.id}`),
    },
  };
}

function orderOf(type: string): number {
  const index = DELETE_ORDER.indexOf(type.toLowerCase().split("/")[1] ?? "");
  return index === -1 ? DELETE_ORDER.length : index;
}

export function unknownGroup(name: string): ArmError {
  return new ArmError(404, "ResourceGroupNotFound", `Resource group '${name}' could not be found.`, {
    from: "gateway",
  });
}

function toWire({ id, name, location, tags, managedBy }: Group): Body {
  return {
    id,
    name,
    type: "Microsoft.Resources/resourceGroups",
    location,
    tags,
    ...(managedBy && { managedBy }),
    properties: { provisioningState: "Succeeded" },
  };
}
