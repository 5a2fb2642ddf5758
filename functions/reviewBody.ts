/** Reads the body of a review. One that is too large still gets a refusal: in most clusters an error would allow the Service. */
import type { HttpRequest } from "@azure/functions";
import { hasTooManyValues, readJson } from "../shared/declarations/jsonShape.ts";
import { AdmissionReview } from "../shared/admission/review.ts";
import * as http from "./http.ts";

/** Two versions of an object, each of up to 1.5 MiB in the API server's storage. JSON may need more: six characters for one byte. */
const MAX_BYTES = 4 * 1024 * 1024;
/** The start of a body that is too large: the API server writes `uid`, names and `operation` before the objects. */
const HEAD_BYTES = 4096;

export interface ReviewBody {
  /** Has no objects if there is a problem. */
  readonly review: AdmissionReview;
  /** Reason why the objects were not read. */
  readonly problem?: string;
}

/** @throws HttpProblem 413 or 415 · InvalidInput if it is not a review, or is nested too deeply */
export async function readReview(request: HttpRequest): Promise<ReviewBody> {
  http.mediaType(request, ["application/json"]);
  const bytes = await http.readBytes(request, http.HOST_BODY_BYTES);
  if (bytes.byteLength > MAX_BYTES)
    return unread(
      bytes,
      `larger than ${MAX_BYTES / 1024 / 1024} MiB: reduce the size of the Service's annotations`,
    );
  const text = http.decode(bytes);
  if (hasTooManyValues(text))
    return unread(bytes, "too complex: reduce the number of the Service's ports, labels and annotations");
  return { review: http.parse(AdmissionReview, readJson(text, "the body")) };
}

function unread(bytes: Uint8Array, why: string): ReviewBody {
  const review = readHead(new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES)));
  return { review, problem: `the review is ${why}` };
}

/** The fields before the objects. @throws HttpProblem 413 if they are absent */
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
  throw http.tooLarge(MAX_BYTES);
}
