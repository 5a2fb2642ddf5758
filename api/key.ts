/** Resource ids in paths: an id contains slashes, a path segment must not. Opaque for callers. */
import { canonicalId } from "../shared/azure/resourceId.ts";
import { ApiProblem } from "./problem.ts";

/** Key of a resource id in canonical form. */
export function keyOf(id: string): string {
  return encodeKey(canonicalId(id));
}

export function encodeKey(text: string): string {
  return Buffer.from(text, "utf8").toString("base64url");
}

/** `undefined` if Mooring did not create the key. */
export function decodeKey(key: string): string | undefined {
  const text = Buffer.from(key, "base64url").toString("utf8");
  return encodeKey(text) === key ? text : undefined;
}

/** @throws ApiProblem 404 if the key is malformed */
export function demandKey(key: string): string {
  const id = decodeKey(key);
  if (id === undefined) throw new ApiProblem(404, "Invalid key; use a key that this API returned");
  return id;
}
