/** Every write of the app in Azure stands in its journal, and was written there first. */
import type { ArmEvent } from "../../sandbox/arm/armEvent.ts";
import type { RawRow } from "../rows.ts";
import { MAX_SKEW_MINUTES, MINUTE } from "../times.ts";
import type { Violation } from "./violation.ts";

const APP = "mooring";
const SLACK = MAX_SKEW_MINUTES * MINUTE;
/** A hanging operation ends with the storm, after the timeout of its caller. */
const LONGEST_OPERATION = 20 * MINUTE;
/** Outcomes without a write. */
const NOT_WRITTEN = ["refused", "released"];

export function writesJournalled(written: readonly ArmEvent[], rows: readonly RawRow[]): Violation[] {
  const own = written.filter(({ caller, outcome }) => caller.name === APP && outcome === "Success");
  const entries = Map.groupBy(
    rows.map(({ value }) => value).filter(({ outcome }) => !NOT_WRITTEN.includes(outcome)),
    ({ change }) => String(change.resourceId).toLowerCase(),
  );
  return [...Map.groupBy(own, ({ resourceId }) => resourceId.toLowerCase())].flatMap(([id, events]) => {
    const free = [...(entries.get(id) ?? [])].toSorted((a, b) =>
      a.intendedAtUtc < b.intendedAtUtc ? -1 : 1,
    );
    return events.flatMap((event): Violation[] => {
      const index = free.findIndex((entry) => covers(entry, event));
      if (index !== -1) {
        free.splice(index, 1);
        return [];
      }
      const says = `${event.kind} of ${id} at ${event.atUtc} is in no entry of the journal`;
      return [{ invariant: "journalled", says, evidence: { event, entries: entries.get(id)?.length ?? 0 } }];
    });
  });
}

/** The intent came before; an entry that was closed was closed after, or while the operation hung. */
function covers(
  { intendedAtUtc, completedAtUtc }: { intendedAtUtc: string; completedAtUtc?: string },
  { atUtc }: ArmEvent,
): boolean {
  const at = Date.parse(atUtc);
  if (Date.parse(intendedAtUtc) - SLACK > at) return false;
  return completedAtUtc === undefined || Date.parse(completedAtUtc) + SLACK + LONGEST_OPERATION >= at;
}

/** When all is calm no entry is open: what a crash left was looked after. */
export function nothingOpen(rows: readonly RawRow[]): Violation[] {
  const open = rows.filter(({ value }) => value.outcome === "intended" || value.outcome === "unknown");
  return open.map(({ value }) => ({
    invariant: "journalled",
    says: `entry ${value.id} is open since ${value.intendedAtUtc}`,
    evidence: value,
  }));
}
