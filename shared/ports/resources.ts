/**
 * Ports to single resources, complete and raw: the body is the JSON of ARM, so nothing is lost between
 * reading and writing. `ResourceWriter` is the only way to write to ARM, and only `apply.ts` may use it
 * (enforced by lint and `test/changes/onePath.test.ts`).
 */
import type { Version } from "./table.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export interface Resource {
  readonly id: string;
  /** Empty if Azure returned none: then it must not be written. */
  readonly version: Version;
  readonly provisioningState: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

export interface Lock {
  /** Id of the lock; its scope is the part before `/providers/Microsoft.Authorization/locks/`. */
  readonly id: string;
  readonly level: "CanNotDelete" | "ReadOnly";
}

export interface ResourceReader {
  /**
   * The current resource; `undefined` only if ARM states that it, its parent or its resource group does not
   * exist. A missing subscription or a refused read is not absence. @throws Refused on 401 or 403, or if the
   * subscription is not found · NotYet when throttled
   */
  read(id: string): Promise<Resource | undefined>;
  /** Management locks on the resource and inherited from its resource group and subscription. */
  locks(id: string): Promise<readonly Lock[]>;
}

export interface ResourceWriter {
  /**
   * Writes the complete body if the resource still has `version`, polls until Azure has finished, and returns
   * the resulting resource.
   * @throws Conflict if it changed · NotYet if another operation is in progress or ARM throttles · Refused if
   * locked or not permitted · InvalidInput if ARM refuses the body · ResultUnknown if the write may have been made,
   * or may still be made · another error if Azure accepted the write and it failed
   */
  write(id: string, body: JsonObject, version: Version): Promise<Resource>;
  /** Creates the resource, polls until Azure has finished, and returns it. Throws as `write` does. */
  create(id: string, body: JsonObject): Promise<Resource>;
  /**
   * Deletes the resource and polls until Azure has finished; succeeds if it does not exist. Throws as `write`
   * does.
   */
  remove(id: string, version: Version): Promise<void>;
}
