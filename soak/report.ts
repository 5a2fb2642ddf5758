/** What people read at the end of a soak. */
import type { LoadReport } from "./load.ts";
import type { Report } from "./world.ts";

const EVIDENCE_CHARACTERS = 4000;

export function printReport(report: Report, say: (line: string) => void): void {
  const { seed, minutes, episodes, jumpedMinutes, writes, violations, counts, directory } = report;
  say("");
  say(
    `${episodes} episodes in ${minutes} min (and ${Math.round(jumpedMinutes / 60)} h jumped over), seed ${seed}`,
  );
  say(`${writes} writes by the app`);
  printFound({ counts, violations, directory }, say);
}

export function printLoad(report: LoadReport, say: (line: string) => void): void {
  const { seed, clusters, times, lists, recoveredSeconds, ownDelay } = report;
  say("");
  say(`${clusters} clusters, seed ${seed}; milliseconds of admissions:`);
  for (const { phase, requests, answered, p50, p99, most } of times)
    say(`  ${phase.padEnd(7)} ${answered} of ${requests} answered, p50 ${p50}, p99 ${p99}, most ${most}`);
  say(`The process that sent the requests was itself late by ${ownDelay} ms (p99).`);
  say(`Lists of 50,000 Services took ${lists.join(", ")} s; recovered after ${recoveredSeconds} s.`);
  printFound(report, say);
}

function printFound(
  { counts, violations, directory }: Pick<Report, "counts" | "violations" | "directory">,
  say: (line: string) => void,
): void {
  for (const [what, count] of Object.entries(counts)) say(`  ${String(count).padStart(7)}  ${what}`);
  for (const { invariant, says, evidence } of violations) {
    say(`BROKEN ${invariant}: ${says}`);
    if (evidence !== undefined) say(`  ${JSON.stringify(evidence).slice(0, EVIDENCE_CHARACTERS)}`);
  }
  say(violations.length === 0 ? "Nothing was found that must never be." : `${violations.length} violations.`);
  say(`Story, logs and report: ${directory}`);
}
