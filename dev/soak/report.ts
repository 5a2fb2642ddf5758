/** Prints the results of a soak. */
import type { PhaseCosts } from "./phaseCosts.ts";
import type { LoadReport } from "./load.ts";
import type { Report } from "./world.ts";

const EVIDENCE_CHARACTERS = 4000;
/** Of each invariant. */
const PRINTED_VIOLATIONS = 5;

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
  const { seed, clusters, times, costs, lists, recoveredSeconds, senderDelay } = report;
  say("");
  say(`${clusters} clusters, seed ${seed}; milliseconds of admissions:`);
  for (const { phase, requests, answered, p50, p99, most } of times)
    say(`  ${phase.padEnd(7)} ${answered} of ${requests} answered, p50 ${p50}, p99 ${p99}, most ${most}`);
  for (const one of costs) printCosts(one, say);
  say(`Event loop delay of the sender: ${senderDelay} ms (p99).`);
  say(`Lists of 50,000 Services took ${lists.join(", ")} s. Recovered after ${recoveredSeconds} s.`);
  printFound(report, say);
}

function printCosts({ phase, hosts, storage }: PhaseCosts, say: (line: string) => void): void {
  say(`${phase}: event loops`);
  for (const { host, p99, most, utilization, waited } of hosts)
    say(
      `  ${host.padEnd(8)} ${utilization} % busy (${waited} % without a processor), delay p99 ${p99} ms, most ${most} ms`,
    );
  say(`${phase}: Table storage`);
  for (const { operation, requests, p50, p99 } of storage)
    say(`  ${String(requests).padStart(6)}  ${operation.padEnd(32)} p50 ${p50} ms, p99 ${p99} ms`);
}

function printFound(
  { counts, violations, directory }: Pick<Report, "counts" | "violations" | "directory">,
  say: (line: string) => void,
): void {
  for (const [what, count] of Object.entries(counts)) say(`  ${String(count).padStart(7)}  ${what}`);
  for (const [invariant, all] of Map.groupBy(violations, (one) => one.invariant)) {
    for (const { says, evidence } of all.slice(0, PRINTED_VIOLATIONS)) {
      say(`BROKEN ${invariant}: ${says}`);
      if (evidence !== undefined) say(`  ${JSON.stringify(evidence).slice(0, EVIDENCE_CHARACTERS)}`);
    }
    if (all.length > PRINTED_VIOLATIONS) say(`  and ${all.length - PRINTED_VIOLATIONS} more in report.json`);
  }
  say(violations.length === 0 ? "Nothing was found that must never be." : `${violations.length} violations.`);
  say(`Story, logs and report: ${directory}`);
}
