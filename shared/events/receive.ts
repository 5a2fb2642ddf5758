import { withCorrelation } from "../core/correlation.ts";
import type { Run } from "../ports/ports.ts";
import { enqueueOnce } from "./coalesce.ts";
import { recordTouch } from "../changes/touches.ts";
import { parseResourceId } from "../azure/resourceId.ts";
import { parseEvent, type ResourceEvent } from "./resourceEvent.ts";
import { toWork } from "./toWork.ts";

/** Turns an event into work, once per burst. An event about an unwatched resource is only logged. @throws InvalidInput */
export async function receiveEvent(run: Run, event: unknown): Promise<void> {
  const parsed = parseEvent(event);
  const correlationId = parsed.correlationId || parsed.id;
  const about = { correlationId, what: "event", id: parsed.resourceId };
  await withCorrelation(about, () => take(run, parsed, correlationId));
}

async function take(run: Run, parsed: ResourceEvent, correlationId: string): Promise<void> {
  const work = toWork(parsed);
  if (work.length === 0) run.log.debug("event ignored: resource not watched", { type: parsed.type });
  const eventAtUtc = run.now().toISOString();
  const hint = { why: `event ${parsed.operationName || parsed.type}`, correlationId, eventAtUtc };
  if (isPlsWrite(parsed))
    await recordTouch(run, parsed.resourceId, parsed.id, {
      atUtc: parsed.atUtc,
      who: parsed.caller || "an unknown caller",
      operation: parsed.operationName,
    });
  for (const one of work)
    if (await enqueueOnce(run, one, hint)) run.log.info("work enqueued for event", { queue: one.queue });
}

function isPlsWrite({ type, resourceId }: ResourceEvent): boolean {
  return (
    type === "Microsoft.Resources.ResourceWriteSuccess" &&
    parseResourceId(resourceId)?.type.toLowerCase() === "microsoft.network/privatelinkservices"
  );
}
