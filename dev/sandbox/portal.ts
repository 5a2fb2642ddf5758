/** A person in the portal: changes a resource without its controller and without Mooring. */
import { Hono } from "hono";
import type { Arm } from "./arm/server.ts";
import { ArmClient } from "./cluster/armClient.ts";

const SOMEBODY = { objectId: "somebody", applicationId: "portal", name: "somebody" };

/** `PATCH /{resource id}` with a JSON merge patch (RFC 7396): the resource as it is then. */
export function portalRoutes({ arm }: { arm: Arm }): Hono {
  const routes = new Hono();
  routes.patch("/*", async (context) => {
    const id = context.req.path.slice(context.req.path.toLowerCase().indexOf("/subscriptions/"));
    const client = new ArmClient(arm.fetch, SOMEBODY);
    const before = await client.get(id);
    if (!before) throw new Error(`there is no ${id}`);
    return context.json(await client.put(id, merged(before, await context.req.json())));
  });
  return routes;
}

function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch))
    if (value === null) result.delete(name);
    else result.set(name, merged(result.get(name), value));
  return Object.fromEntries(result);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
