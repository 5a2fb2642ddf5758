/** Every guard of a sweep that can be removed, in the order of the documents. */
import { BODIES, LISTS } from "./azure.ts";
import { CHANGES } from "./changes.ts";
import type { Guard } from "./model.ts";
import { CLUSTERS, ORDER, USERS } from "./proofs.ts";

export const GUARDS: readonly Guard[] = [...CHANGES, ...USERS, ...LISTS, ...BODIES, ...CLUSTERS, ...ORDER];

/** What has to be removed for the guard's invariant to break. @throws Error if there is no guard of an id */
export function withThoseInFront(guard: Guard): readonly Guard[] {
  const others = (guard.behind ?? []).map((id) => {
    const found = GUARDS.find((one) => one.id === id);
    if (!found) throw new Error(`there is no guard ${id}`);
    return found;
  });
  return [guard, ...others];
}
