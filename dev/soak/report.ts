/** What people read at the end of a soak. */
import type { Report } from "./world.ts";

const EVIDENCE_CHARACTERS = 4000;

export function printReport(report: Report, say: (line: string) => void): void {
  const { seed, minutes, episodes, jumpedMinutes, writes, violations, counts, directory } = report;
  say("");
  say(
    `${episodes} episodes in ${minutes} min (and ${Math.round(jumpedMinutes / 60)} h jumped over), seed ${seed}`,
  );
  say(`${writes} writes by the app`);
  for (const [what, count] of Object.entries(counts)) say(`  ${String(count).padStart(7)}  ${what}`);
  for (const { invariant, says, evidence } of violations) {
    say(`BROKEN ${invariant}: ${says}`);
    if (evidence !== undefined) say(`  ${JSON.stringify(evidence).slice(0, EVIDENCE_CHARACTERS)}`);
  }
  say(violations.length === 0 ? "Nothing was found that must never be." : `${violations.length} violations.`);
  say(`Story, logs and report: ${directory}`);
}
