import type { PolicyDifference } from "../../api/model.ts";
import { inert } from "../../shared/core/inert.ts";

/** One line for each difference. */
export function printDifferences(differences: readonly PolicyDifference[]): void {
  if (differences.length === 0) console.log("No changes.");
  for (const { mark, text } of differences) console.log(inert(`${mark} ${text}`));
}

/** To standard error, so that data stay valid. */
export function printWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) console.error(`warning: ${inert(warning)}`);
}
