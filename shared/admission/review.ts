/**
 * AdmissionReview v1 at the boundary.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
 */
import * as z from "zod";
import { InvalidInput } from "../core/errors.ts";
import { Service } from "../kubernetes/service.ts";
import { boundsExceeded } from "./bounds.ts";

const Kind = z.object({ group: z.string().nullish(), version: z.string().nullish(), kind: z.string() });

export const AdmissionReview = z.object({
  apiVersion: z.literal("admission.k8s.io/v1"),
  kind: z.literal("AdmissionReview"),
  request: z.object({
    uid: z.string().min(1).max(256),
    kind: Kind,
    namespace: z.string().default(""),
    name: z.string().default(""),
    operation: z.enum(["CREATE", "UPDATE", "DELETE", "CONNECT"]),
    dryRun: z.boolean().nullish(),
    object: z.unknown().optional(),
    oldObject: z.unknown().optional(),
  }),
});
export type AdmissionReview = z.infer<typeof AdmissionReview>;

export interface AdmissionResponse {
  readonly uid: string;
  readonly allowed: boolean;
  readonly status?: { readonly code: number; readonly message: string };
  readonly warnings?: readonly string[];
  readonly auditAnnotations?: Readonly<Record<string, string>>;
  /** Base64 of a JSON Patch. */
  readonly patch?: string;
  readonly patchType?: "JSONPatch";
}

/** The request's Services. @throws InvalidInput with every invalid field, or if the review is not about a Service */
export function requireServices(review: AdmissionReview): {
  readonly object?: Service;
  readonly oldObject?: Service;
} {
  const { kind } = review.request.kind;
  if (kind !== "Service") throw new InvalidInput(`request.kind: must be Service, not ${kind}`);
  const { problems, ...services } = servicesOf(review);
  if (problems.length > 0) throw new InvalidInput(problems);
  return services;
}

/**
 * The request's Services, or problems with each invalid field. An old Service over the size limits is omitted, so that an
 * update that makes it smaller is evaluated like a CREATE.
 */
function servicesOf({ request }: AdmissionReview): {
  readonly object?: Service;
  readonly oldObject?: Service;
  readonly problems: readonly string[];
} {
  const object = parseService(request.object, "request.object");
  const isOldLeftOut = request.operation === "UPDATE" && boundsExceeded(request.oldObject, "").length > 0;
  const oldObject = parseService(isOldLeftOut ? null : request.oldObject, "request.oldObject");
  return {
    ...(object.service && { object: object.service }),
    ...(oldObject.service && { oldObject: oldObject.service }),
    problems: [...object.problems, ...oldObject.problems],
  };
}

function parseService(value: unknown, at: string): { service?: Service; problems: string[] } {
  if (value === null || value === undefined) return { problems: [] };
  const exceeded = boundsExceeded(value, at);
  if (exceeded.length > 0) return { problems: exceeded };
  const parsed = Service.safeParse(value);
  if (parsed.success) return { service: parsed.data, problems: [] };
  return {
    problems: parsed.error.issues.map((issue) => `${[at, ...issue.path].join(".")}: ${issue.message}`),
  };
}

/** The parts of an object that determine what it requests. */
const Requesting = z.object({
  metadata: z.object({ annotations: z.unknown().optional(), deletionTimestamp: z.string().optional() }),
  spec: z.unknown().optional(),
});

/** True for an update of an object that is being deleted, or that changes neither annotations nor spec. Pure. */
export function requestsNothing({
  operation,
  object,
  oldObject,
}: Pick<AdmissionReview["request"], "operation" | "object" | "oldObject">): boolean {
  const [now, before] = [Requesting.safeParse(object), Requesting.safeParse(oldObject)];
  if (operation !== "UPDATE" || !now.success || !before.success) return false;
  if (before.data.metadata.deletionTimestamp !== undefined) return true;
  return textOf(now.data) === textOf(before.data);
}

function textOf({ metadata: { annotations }, spec }: z.infer<typeof Requesting>): string {
  return JSON.stringify([annotations, spec]);
}
