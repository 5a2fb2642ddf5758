/** Resources and their children: list, read, write, tag, delete, with ETags, locks, operations and events. */
import { ArmError } from "../armError.ts";
import { operationUrl, page, type Answer, type Call, type Context, type Route } from "../call.ts";
import { key, parseId } from "../ids.ts";
import { checkLinkedAccess } from "../linkedAccess.ts";
import type { ChildType, ResourceType, Stored } from "../resourceType.ts";
import { childRoute } from "./children.ts";
import { unknownGroup } from "./groups.ts";
import { checkLocks } from "./locks.ts";
import { found, type Target } from "./target.ts";
import { begin, checkWritable, deleted } from "./lifecycle.ts";

const LIST = /^\/subscriptions\/([^/]+)(?:\/resourcegroups\/([^/]+))?\/providers\/([^/]+)\/([^/]+)$/i;

export const listRoute: Route = (context, call) => {
  const [, subscription = "", group, provider, name] = LIST.exec(call.path) ?? [];
  const type = context.world.types.get(key(`${provider}/${name}`));
  if (!type || call.method !== "GET") return undefined;
  if (
    group !== undefined &&
    !context.world.groups.has(key(`/subscriptions/${subscription}/resourceGroups/${group}`))
  )
    throw unknownGroup(group);
  const all = context.world
    .ofType(type.type, subscription)
    .filter(({ id }) => group === undefined || key(parseId(id)?.resourceGroup ?? "") === key(group));
  return page(
    context,
    call,
    all.map((stored) => type.toWire(context.world, stored)),
  );
};

export const resourceRoute: Route = (context, call) => {
  const id = parseId(call.path);
  const type = id && context.world.types.get(key(id.type));
  if (!id || !type) return undefined;
  if (!context.world.groups.has(key(`/subscriptions/${id.subscription}/resourceGroups/${id.resourceGroup}`)))
    throw unknownGroup(id.resourceGroup);
  if (id.rest.length > 0) return below(context, call, { id, type });
  return RESOURCE[call.method]?.(context, call, { id, type });
};

const RESOURCE: Record<string, (context: Context, call: Call, target: Target) => Answer> = {
  GET: (context, _call, target) => withEtag(context, found(context, target), target.type),
  HEAD: (context, _call, target) => ({ status: found(context, target) ? 204 : 404 }),
  PUT: put,
  PATCH: patch,
  DELETE: remove,
};

function below(context: Context, call: Call, target: Target): Answer {
  const [segment = "", name] = target.id.rest;
  const parent = found(context, target);
  const action = name === undefined ? target.type.actions?.[key(segment)] : undefined;
  if (action) return { status: 200, body: action(context.world, parent, call.query) };
  const child = target.type.children?.find((candidate: ChildType) => key(candidate.segment) === key(segment));
  if (!child) throw new ArmError(404, "NotFound", `Resource ${call.path} not found.`);
  return childRoute(context, call, { ...target, parent, child });
}

function withEtag({ world }: Context, stored: Stored, type: ResourceType): Answer {
  return { status: 200, body: type.toWire(world, stored), headers: { etag: `W/"${stored.etag}"` } };
}

function put(context: Context, call: Call, { id, type }: Target): Answer {
  const { world } = context;
  const existing = world.get(id.topId);
  const group = world.groups.get(key(`/subscriptions/${id.subscription}/resourceGroups/${id.resourceGroup}`));
  const location = existing?.location ?? call.body["location"] ?? group?.location ?? "westeurope";
  checkLocks(world, id.topId, "write");
  checkWritable(call, existing);
  const request = {
    ...id,
    id: existing?.id ?? id.topId,
    body: call.body,
    location,
    caller: call.caller,
    ...(existing && { existing }),
  };
  checkLinkedAccess(world, type.type, request);
  const made = type.put(world, request);
  const holds = [id.topId, ...(type.vnetsOf?.(made.properties) ?? [])];
  context.operations.checkFree(holds, (operation) => operationUrl(call, operation));
  const nowUtc = world.nowUtc();
  const stored: Stored = {
    id: request.id,
    name: existing?.name ?? id.name,
    type: type.type,
    location,
    tags: call.body["tags"] ?? {},
    ...(made.sku && { sku: made.sku }),
    ...(made.identity && { identity: made.identity }),
    ...(call.body["zones"] && { zones: call.body["zones"] }),
    etag: world.newGuid(),
    provisioningState: type.settlesAtOnce ? "Succeeded" : "Updating",
    resourceGuid: existing?.resourceGuid ?? world.newGuid(),
    properties: made.properties,
    createdTime: existing?.createdTime ?? nowUtc,
    changedTime: nowUtc,
  };
  world.save(stored);
  const headers = begin(context, call, { stored, holds, settlesAtOnce: type.settlesAtOnce ?? false });
  return { status: existing ? 200 : 201, body: type.toWire(world, stored), headers };
}

function patch(context: Context, call: Call, target: Target): Answer {
  const stored = found(context, target);
  checkLocks(context.world, stored.id, "write");
  checkWritable(call, stored);
  const tagged = { ...stored, tags: { ...call.body["tags"] }, etag: context.world.newGuid() };
  context.world.save(tagged);
  return { status: 200, body: target.type.toWire(context.world, tagged) };
}

function remove(context: Context, call: Call, { id, type }: Target): Answer {
  const { world } = context;
  const stored = world.get(id.topId);
  checkLocks(world, id.topId, "delete");
  if (!stored) return { status: 204 };
  checkWritable(call, stored);
  type.checkRemove?.(world, stored);
  const holds = [stored.id, ...(type.vnetsOf?.(stored.properties) ?? [])];
  context.operations.checkFree(holds, (operation) => operationUrl(call, operation));
  const deleting: Stored = { ...stored, provisioningState: "Deleting", etag: world.newGuid() };
  world.save(deleting);
  return deleted(context, call, {
    stored: deleting,
    holds,
    finish() {
      type.removed?.(world, deleting);
      world.drop(deleting.id);
    },
  });
}
