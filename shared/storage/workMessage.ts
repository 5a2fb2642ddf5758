import * as z from "zod";
import type { WorkItem } from "../ports/queue.ts";

const WorkMessage = z.object({
  what: z.string().min(1).max(64),
  id: z.string().min(1).max(2048),
  why: z.string().max(512),
  seenAtUtc: z.iso.datetime(),
  correlationId: z.string().max(128),
  attempt: z.number().int().min(0).optional(),
});

export type ReadWork =
  | { readonly ok: true; readonly item: WorkItem }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The work item of a queue message, or all problems with it. Pure. */
export function readWork(message: unknown): ReadWork {
  const parsed = WorkMessage.safeParse(message);
  if (parsed.success) return { ok: true, item: parsed.data as WorkItem };
  return {
    ok: false,
    problems: parsed.error.issues.map(({ path, message: said }) => `${path.join(".") || "message"}: ${said}`),
  };
}

/** Parses a message's text. Pure. */
export function readWorkText(text: string): ReadWork {
  try {
    return readWork(JSON.parse(text));
  } catch {
    return { ok: false, problems: ["message: not JSON"] };
  }
}
