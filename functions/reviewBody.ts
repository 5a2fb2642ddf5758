/** The body of a review. A review that is too large to be judged is refused: as a failed webhook, most clusters would let it pass. */
import type { HttpRequest } from "@azure/functions";
import { readJson } from "../shared/declarations/jsonShape.ts";
import { AdmissionReview, type AdmissionResponse } from "../shared/gate/review.ts";
import * as door from "./door.ts";

/** Two versions of an object, each of up to 1.5 MiB in the API server's storage. */
const MAX_BYTES = 4 * 1024 * 1024;
/** The API server's own limit for a request, times two objects. Nothing larger is a review. */
const MAX_READ_BYTES = 12 * 1024 * 1024;
/** The API server writes `uid`, names and `operation` before the objects. */
const HEAD_BYTES = 4096;
const TOO_LARGE = `the review is larger than ${MAX_BYTES / 1024 / 1024} MiB, so Mooring cannot check the Service`;

export type ReviewBody =
  | { readonly review: AdmissionReview }
  | {
      readonly answer: Pick<AdmissionReview, "apiVersion" | "kind"> & {
        readonly response: AdmissionResponse;
      };
    };

/**
 * The review, or the answer to one that is too large: refused, unless something is deleted.
 * @throws HttpProblem 413 or 415 · InvalidInput if it is no review, or nests too deep
 */
export async function readReview(request: HttpRequest): Promise<ReviewBody> {
  door.mediaType(request, ["application/json"]);
  const bytes = await door.readBytes(request, MAX_READ_BYTES);
  if (bytes.byteLength <= MAX_BYTES)
    return { review: door.parse(AdmissionReview, readJson(door.decode(bytes), "the body")) };
  const head = new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES));
  const uid = /^\{[^{]{0,200}"request":\{"uid":"([\w-]{1,256})"/.exec(head)?.[1];
  if (uid === undefined) throw door.tooLarge(MAX_BYTES);
  return {
    answer: { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response: unread(uid, head) },
  };
}

function unread(uid: string, head: string): AdmissionResponse {
  const [beforeObject = ""] = head.split('"object":');
  if (/"operation":"DELETE"/.test(beforeObject)) return { uid, allowed: true, warnings: [TOO_LARGE] };
  return {
    uid,
    allowed: false,
    status: { code: 413, message: `${TOO_LARGE}: make its annotations smaller` },
  };
}
