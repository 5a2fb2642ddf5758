/** The body of a review. One that is too large to be read still gets an answer: an error would let the Service pass in most clusters. */
import type { HttpRequest } from "@azure/functions";
import { readJson } from "../shared/declarations/jsonShape.ts";
import { AdmissionReview } from "../shared/admission/review.ts";
import * as door from "./door.ts";

/** Two versions of an object, each of up to 1.5 MiB in the API server's storage. */
const MAX_BYTES = 4 * 1024 * 1024;
/** JSON may need six characters for one of the API server's bytes. Larger bodies are not read at all. */
const MAX_READ_BYTES = 12 * 1024 * 1024;
/** The API server writes `uid`, names and `operation` before the objects. */
const HEAD_BYTES = 4096;

export interface ReviewBody {
  /** Without objects if there is a problem. */
  readonly review: AdmissionReview;
  /** Why the objects were not read. */
  readonly problem?: string;
}

/** @throws HttpProblem 413 or 415 · InvalidInput if it is no review, or nests too deep */
export async function readReview(request: HttpRequest): Promise<ReviewBody> {
  door.mediaType(request, ["application/json"]);
  const bytes = await door.readBytes(request, MAX_READ_BYTES);
  if (bytes.byteLength <= MAX_BYTES)
    return { review: door.parse(AdmissionReview, readJson(door.decode(bytes), "the body")) };
  return {
    review: readHead(new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES))),
    problem: `the review is larger than ${MAX_BYTES / 1024 / 1024} MiB: make the annotations of the Service smaller`,
  };
}

/** What the API server writes before the objects. @throws HttpProblem 413 if it is not there */
function readHead(text: string): AdmissionReview {
  const [head = ""] = text.split('"object":');
  const uid = /^\{[^{]{0,200}"request":\{"uid":"([\w-]{1,256})"/.exec(head)?.[1];
  const operation = /"operation":"(\w{1,20})"/.exec(head)?.[1];
  const request = { uid, operation, kind: { kind: "Service" } };
  const read = AdmissionReview.safeParse({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request,
  });
  if (read.success) return read.data;
  throw door.tooLarge(MAX_BYTES);
}
