import { inert } from "../../shared/core/inert.ts";
import { differenceLine } from "../../shared/policy/differences.ts";
import type { PolicyDifference } from "../../shared/policy/policyModel.ts";

/** One line for each difference. */
export function printDifferences(differences: readonly PolicyDifference[]): void {
  if (differences.length === 0) console.log("No changes.");
  for (const one of differences) console.log(inert(differenceLine(one)));
}

/** To standard error, so that data stay valid. */
export function printWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) console.error(`warning: ${inert(warning)}`);
}
