/**
 * Ports to single resources, whole and raw: the body is the JSON that ARM sent, so nothing is lost between
 * reading and writing. `ResourceWriter` is the only door to a mutating ARM call and only `apply.ts` may use it
 * (lint and `test/changes/onePath.test.ts` hold that).
 */
import type { Version } from "./table.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export interface Resource {
  readonly id: string;
  readonly version: Version;
  readonly provisioningState: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

export interface Lock {
  /** Id of the lock itself; its scope is what stands before `/providers/Microsoft.Authorization/locks/`. */
  readonly id: string;
  readonly level: "CanNotDelete" | "ReadOnly";
}

export interface ResourceReader {
  /**
   * The resource as the provider has it now; `undefined` only if ARM says that it, its parent or its resource
   * group does not exist. A missing subscription or a refused read is not absence.
   * @throws Refused on 401 or 403, or if the subscription is not known · NotYet when throttled
   */
  read(id: string): Promise<Resource | undefined>;
  /** Management locks on the resource and inherited from its resource group and subscription. */
  locks(id: string): Promise<readonly Lock[]>;
}

export interface ResourceWriter {
  /**
   * Writes the whole body if the resource still has `version`, waits until Azure is done and gives it as it is then.
   * @throws Conflict if it changed · NotYet if another operation is in progress or ARM throttles · Refused if locked
   * or not permitted · InvalidInput if ARM refuses the body
   */
  write(id: string, body: JsonObject, version: Version): Promise<Resource>;
  /** Makes what is not there, waits and gives it. Throws as `write` does. */
  create(id: string, body: JsonObject): Promise<Resource>;
  /** Deletes and waits; succeeds if it is already gone. Throws as `write` does. */
  remove(id: string, version: Version): Promise<void>;
}
