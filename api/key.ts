/** Ids in paths: an id has slashes, a path's segment must not. Opaque to whoever uses the API. */
import { canonicalId } from "../shared/azure/resourceId.ts";
import { ApiProblem } from "./problem.ts";

/** Of a resource, in the form in which ids are compared. */
export function keyOf(id: string): string {
  return encodeKey(canonicalId(id));
}

export function encodeKey(text: string): string {
  return Buffer.from(text, "utf8").toString("base64url");
}

/** `undefined` if it is none of ours. */
export function decodeKey(key: string): string | undefined {
  const text = Buffer.from(key, "base64url").toString("utf8");
  return encodeKey(text) === key ? text : undefined;
}

/** @throws ApiProblem 404: no thing has such a key */
export function demandKey(key: string): string {
  const id = decodeKey(key);
  if (id === undefined) throw new ApiProblem(404, "There is nothing with this key");
  return id;
}
