/** What every write has in common: preconditions, the operation that follows it, and the event when it ends. */
import { ArmError } from "../armError.ts";
import type { ArmEvent } from "../armEvent.ts";
import { operationUrl, type Answer, type Call, type Context } from "../call.ts";
import { key, parseId } from "../ids.ts";
import type { Stored } from "../resourceType.ts";

/** 412 unless `If-Match` is absent, `*`, or the resource's ETag. */
export function checkWritable(call: Call, existing: Stored | undefined): void {
  const given = call.headers.get("if-match");
  if (given === null || given === "*") return;
  const bare = given.replace(/^W\//, "").replaceAll('"', "");
  if (existing && bare === existing.etag) return;
  const message = `Etag provided in if-match header W/"${bare}" does not match etag W/"${existing?.etag ?? ""}" of resource ${existing?.id ?? call.path} in NRP data store.`;
  throw new ArmError(412, "PreconditionFailed", "Precondition failed.", {
    details: [{ code: "PreconditionFailedEtagMismatch", message }],
  });
}

interface Begun {
  stored: Stored;
  holds: string[];
  settlesAtOnce: boolean;
}

/** Starts the operation after a PUT and returns the headers that report it. */
export function begin(
  context: Context,
  call: Call,
  { stored, holds, settlesAtOnce }: Begun,
): Record<string, string> {
  const operation = start(context, call, {
    stored,
    holds,
    milliseconds: settlesAtOnce ? 0 : context.operationMilliseconds,
    kind: "Write",
    settle(failed) {
      const latest = context.world.get(stored.id);
      if (latest)
        context.world.save({
          ...latest,
          provisioningState: failed ? "Failed" : "Succeeded",
          etag: context.world.newGuid(),
        });
    },
  });
  return { "azure-asyncoperation": operationUrl(call, operation), "azure-asyncnotification": "Enabled" };
}

/** Starts the operation after a DELETE; both ways to poll it are returned. */
export function deleted(
  context: Context,
  call: Call,
  { stored, holds, finish }: { stored: Stored; holds: string[]; finish: () => void },
): Answer {
  const operation = start(context, call, {
    stored,
    holds,
    milliseconds: context.operationMilliseconds,
    kind: "Delete",
    settle(failed) {
      if (!failed) return finish();
      const latest = context.world.get(stored.id);
      if (latest)
        context.world.save({ ...latest, provisioningState: "Failed", etag: context.world.newGuid() });
    },
  });
  return {
    status: 202,
    headers: {
      "azure-asyncoperation": operationUrl(call, operation),
      location: operationUrl(call, operation, "operationResults"),
      "azure-asyncnotification": "Enabled",
    },
  };
}

interface Starting {
  stored: Stored;
  holds: string[];
  milliseconds: number;
  kind: ArmEvent["kind"];
  settle: (failed: boolean) => void;
}

function start(context: Context, call: Call, { stored, holds, milliseconds, kind, settle }: Starting) {
  const request = { method: call.method, path: call.path, caller: call.caller.name };
  const failing = context.faults.after(request, "failOperation");
  const hanging = context.faults.after(request, "hangOperation");
  const code =
    failing?.action.kind === "failOperation" ? (failing.action.code ?? "InternalServerError") : undefined;
  return context.operations.start({
    subscription: parseId(stored.id)?.subscription ?? "",
    location: stored.location,
    holds,
    milliseconds: hanging && milliseconds === 0 ? 1 : milliseconds,
    ...(code && { failWith: { code, message: "An error occurred." } }),
    ...(hanging && { hangs: () => context.faults.has(hanging.id) }),
    settle(failure) {
      settle(failure !== undefined);
      if (failure)
        raise(context, call, { id: call.path, kind, outcome: "Failure", error: { status: 200, ...failure } });
      else raise(context, call, { id: call.path, kind, outcome: "Success" });
    },
  });
}

/** Reports the end of a write to a resource or a child. */
export function raise(context: Context, call: Call, ended: Ended): void {
  context.raise(toEvent(context, call, ended));
}

/** Reports a write that was refused at once to the activity log. A throttled call is not recorded. */
export function noteRefusal(context: Context, call: Call, { status, code, message }: ArmError): void {
  const kind = KINDS[call.method];
  if (!kind || status === 429 || parseId(call.path) === undefined) return;
  const error = { status, code, message };
  context.note(toEvent(context, call, { id: call.path, kind, outcome: "Failure", error }));
}

const KINDS: Record<string, ArmEvent["kind"]> = { PUT: "Write", PATCH: "Write", DELETE: "Delete" };

type Ended = Pick<ArmEvent, "kind" | "outcome" | "error"> & { id: string };

/** In the id's own casing where it is stored. */
function toEvent(context: Context, call: Call, { id, kind, outcome, error }: Ended): ArmEvent {
  const parsed = parseId(id);
  const type = [parsed?.type ?? "", ...(parsed?.rest.filter((_, index) => index % 2 === 0) ?? [])].join("/");
  const known = parsed && context.world.get(parsed.topId)?.id;
  return {
    kind,
    outcome,
    ...(error && { error }),
    operationName: `${type}/${kind.toLowerCase()}`,
    resourceId: known && parsed.rest.length === 0 ? known : id,
    subscription: key(parsed?.subscription ?? ""),
    resourceProvider: type.split("/")[0] ?? "",
    method: call.method,
    url: `${call.origin}${call.path}`,
    correlationId: call.correlationId,
    caller: call.caller,
    atUtc: context.world.nowUtc(),
  };
}
