import { ArmError } from "../armError.ts";
import { page, type Route } from "../call.ts";
import { key } from "../ids.ts";
import type { Body } from "../resourceType.ts";
import type { ArmWorld, Lock } from "../world.ts";

const PATH = /^(.*)\/providers\/microsoft\.authorization\/locks(?:\/([^/]+))?$/i;

/** Locks at a subscription, a resource group or a resource; a resource's list has the inherited ones too. */
export const locksRoute: Route = (context, call) => {
  const match = PATH.exec(call.path);
  if (!match) return undefined;
  const [, scope = "", name] = match;
  const { world } = context;
  if (name === undefined) return page(context, call, listed(world, scope).map(toWire));
  const id = `${scope}/providers/Microsoft.Authorization/locks/${name}`;
  const lock = world.locks.get(key(id));
  if (call.method === "PUT") {
    const { level, notes } = call.body["properties"] ?? {};
    const made: Lock = { id, scope, name, level, ...(notes && { notes }) };
    world.locks.set(key(id), made);
    return { status: lock ? 200 : 201, body: toWire(made) };
  }
  if (call.method === "DELETE") return { status: world.locks.delete(key(id)) ? 200 : 204 };
  if (!lock)
    throw new ArmError(404, "LockNotFound", `The lock '${name}' could not be found.`, { from: "gateway" });
  return { status: 200, body: toWire(lock) };
};

/** A subscription's list has every lock below it; a narrower scope's has its own and what it inherits. */
function listed(world: ArmWorld, scope: string): Lock[] {
  if (!/^\/subscriptions\/[^/]+$/i.test(scope))
    return [...new Set([...world.locksOn(scope), ...below(world, scope)])];
  return below(world, scope);
}

function below(world: ArmWorld, scope: string): Lock[] {
  return [...world.locks.values()].filter((lock) => key(lock.scope).startsWith(key(scope)));
}

/** Refuses a write or a delete that a lock forbids. */
export function checkLocks(world: ArmWorld, id: string, operation: "write" | "delete"): void {
  const locks = world.locksOn(id).filter(({ level }) => level === "ReadOnly" || operation === "delete");
  if (locks.length === 0) return;
  const message = `The scope '${id}' cannot perform ${operation} operation because following scope(s) are locked: '${locks.map(({ scope }) => scope).join("', '")}'. Please remove the lock and try again.`;
  throw new ArmError(409, "ScopeLocked", message, { from: "gateway" });
}

function toWire({ id, name, level, notes }: Lock): Body {
  return { properties: { level, ...(notes && { notes }) }, id, type: "Microsoft.Authorization/locks", name };
}
