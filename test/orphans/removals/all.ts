/** Every guard of a sweep that can be removed, in the order of the documents. */
import { BODIES, LISTS } from "./azure.ts";
import { CHANGES } from "./changes.ts";
import type { Guard } from "./model.ts";
import { CLUSTERS, ORDER, USERS } from "./proofs.ts";

export const GUARDS: readonly Guard[] = [...CHANGES, ...USERS, ...LISTS, ...BODIES, ...CLUSTERS, ...ORDER];
