import { ArmError } from "../armError.ts";
import type { Context } from "../call.ts";
import type { Id } from "../ids.ts";
import type { ResourceType, Stored } from "../resourceType.ts";

/** The resource that a path names. */
export interface Target {
  id: Id;
  type: ResourceType;
}

/** The stored resource, or ARM's refusal. */
export function found({ world }: Context, { id }: Target): Stored {
  const stored = world.get(id.topId);
  if (stored) return stored;
  const message = `The Resource '${id.type}/${id.name}' under resource group '${id.resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`;
  throw new ArmError(404, "ResourceNotFound", message, { from: "gateway" });
}
