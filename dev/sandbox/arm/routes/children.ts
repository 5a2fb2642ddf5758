/** Children of a resource: they live in their parent, share its ETag, and their writes are writes of it. */
import { ArmError } from "../armError.ts";
import { operationUrl, page, type Answer, type Call, type Context } from "../call.ts";
import { key } from "../ids.ts";
import type { Body, ChildType, Stored } from "../resourceType.ts";
import { begin, checkWritable, deleted, raise } from "./lifecycle.ts";
import { checkLocks } from "./locks.ts";
import type { Target } from "./target.ts";

interface ChildTarget extends Target {
  parent: Stored;
  child: ChildType;
}

export function childRoute(context: Context, call: Call, target: ChildTarget): Answer {
  const [, name] = target.id.rest;
  if (name === undefined) return page(context, call, target.child.list(context.world, target.parent));
  if (call.method === "PUT" && target.child.put) return put(context, call, target, name);
  if (call.method === "DELETE" && target.child.remove) return remove(context, call, target, name);
  if (call.method !== "GET")
    throw new ArmError(405, "MethodNotAllowed", `The method ${call.method} is not allowed here.`);
  const body = findChild(context, target, name);
  if (!body)
    throw new ArmError(
      404,
      "NotFound",
      `Resource ${target.parent.id}/${target.child.segment}/${name} not found.`,
    );
  return { status: 200, body, ...(body["etag"] && { headers: { etag: body["etag"] } }) };
}

function put(context: Context, call: Call, target: ChildTarget, name: string): Answer {
  const { parent, child } = target;
  const existed = findChild(context, target, name) !== undefined;
  const holds = check(context, call, target, "write");
  const changed = copyOf(context, parent);
  child.put?.(context.world, changed, name, call.body);
  if (child.synchronousPut) {
    context.world.save(changed);
    raise(context, call, { id: call.path, kind: "Write", outcome: "Success" });
    return { status: 200, body: findChild(context, { ...target, parent: changed }, name) ?? {} };
  }
  changed.provisioningState = "Updating";
  context.world.save(changed);
  const headers = begin(context, call, { stored: changed, holds, settlesAtOnce: false });
  return {
    status: existed ? 200 : 201,
    body: findChild(context, { ...target, parent: changed }, name) ?? {},
    headers,
  };
}

function remove(context: Context, call: Call, target: ChildTarget, name: string): Answer {
  const { parent, child } = target;
  if (!findChild(context, target, name)) return { status: 204 };
  const holds = check(context, call, target, "delete");
  // Refusals come now, the removal when the operation ends.
  child.remove?.(context.world, copyOf(context, parent), name);
  return deleted(context, call, {
    stored: parent,
    holds,
    finish() {
      const latest = context.world.get(parent.id);
      if (!latest) return;
      const changed = copyOf(context, latest);
      child.remove?.(context.world, changed, name);
      context.world.save(changed);
    },
  });
}

function check(
  context: Context,
  call: Call,
  { parent, type }: ChildTarget,
  operation: "write" | "delete",
): string[] {
  checkLocks(context.world, call.path, operation);
  checkWritable(call, parent);
  const holds = [parent.id, ...(type.vnetsOf?.(parent.properties) ?? [])];
  context.operations.checkFree(holds, (running) => operationUrl(call, running));
  return holds;
}

function findChild({ world }: Context, { parent, child }: ChildTarget, name: string): Body | undefined {
  return child.list(world, parent).find((body) => key(body["name"]) === key(name));
}

function copyOf({ world }: Context, parent: Stored): Stored {
  return {
    ...parent,
    properties: structuredClone(parent.properties),
    etag: world.newGuid(),
    changedTime: world.nowUtc(),
  };
}
