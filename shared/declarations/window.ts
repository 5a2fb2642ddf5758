/** A window of changes: what the API server's watch sent until its timeout. Pure. */
import * as z from "zod";
import { InvalidInput } from "../core/errors.ts";
import { mapPaced } from "../core/paced.ts";
import { readJson } from "./jsonShape.ts";
import { isOlder, readService, requireVersion, type Read } from "./service.ts";

const Event = z.object({
  type: z.enum(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]),
  object: z.unknown(),
});
const Bookmark = z.object({ metadata: z.object({ resourceVersion: z.string().nullish() }) });
const Status = z.object({ code: z.number().optional(), message: z.string().optional() });

/** A window lasts eight seconds. More changes are read as a list, in pages, so that no request takes long. */
export const MAX_EVENTS = 2000;

export type Change = { readonly type: "present" | "deleted" } & Read;

export type Window =
  | {
      readonly is: "window";
      readonly changes: readonly Change[];
      /** Start of the next window. */
      readonly resourceVersion: string;
    }
  /** True if the changes are no longer available, or the watch failed: a list is needed. */
  | { readonly is: "expired" | "failed"; readonly message: string };

/** @param since resourceVersion from which the window began @throws InvalidInput if the text is no watch, or is cut off */
export async function readWindow(text: string, since: string): Promise<Window> {
  const lines = linesOf(text);
  if (lines.length > MAX_EVENTS)
    return { is: "failed", message: `the window has ${lines.length} changes; a list takes fewer bytes` };
  const texts = lines.map(({ line }) => line);
  const events = await mapPaced(texts, (line, index) => {
    const { at = "" } = lines[index] ?? {};
    return { ...readEvent(line, at), at };
  });
  const failed = events.find(({ type }) => type === "ERROR");
  if (failed) return readError(failed.object);
  let resourceVersion = since;
  const changes: Change[] = [];
  for (const { type, object, at } of events) {
    const change = type === "BOOKMARK" ? undefined : readChange(type === "DELETED", object, at);
    const version = change?.resourceVersion ?? bookmarkOf(object, at);
    if (isOlder(version, resourceVersion))
      throw new InvalidInput(`${at}: resourceVersion ${version} is older than ${resourceVersion} before it`);
    resourceVersion = version;
    if (change) changes.push(change);
  }
  return { is: "window", changes, resourceVersion };
}

/**
 * Non-blank lines with their numbers, in one pass, so that the cost is linear in the length also for a body
 * of newlines.
 */
function linesOf(text: string): { readonly line: string; readonly at: string }[] {
  const lines: { line: string; at: string }[] = [];
  let [number, counted] = [1, 0];
  for (const { 0: line, index } of text.matchAll(/\S[^\n]*/g)) {
    for (; counted < index; counted += 1) if (text.charCodeAt(counted) === NEWLINE) number += 1;
    lines.push({ line, at: `line ${number}` });
  }
  return lines;
}

const NEWLINE = 10;

function readEvent(line: string, at: string): z.infer<typeof Event> {
  const parsed = Event.safeParse(readJson(line, at));
  if (parsed.success) return parsed.data;
  throw new InvalidInput(`${at}: not a watch event of Services`);
}

function readChange(isDeleted: boolean, object: unknown, at: string): Change {
  return { type: isDeleted ? "deleted" : "present", ...readService(object, at) };
}

function bookmarkOf(object: unknown, at: string): string {
  const parsed = Bookmark.safeParse(object);
  return requireVersion(parsed.data?.metadata.resourceVersion, `${at}.metadata.resourceVersion`);
}

function readError(object: unknown): Window {
  const { code, message = "the watch failed" } = Status.safeParse(object).data ?? {};
  return { is: code === 410 ? "expired" : "failed", message };
}
