/** The order of the test files in a run of Vitest. */
import { createHash } from "node:crypto";
import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const ROOT = `${import.meta.dirname}/../..`;

/** Each takes a good part of a minute or more: see the end of `npm test`. */
const SLOWEST = [
  "test/sandbox/start.test.ts",
  "test/soak/soak.test.ts",
  "test/orphans/adversary.test.ts",
  "test/browser/audits.test.ts",
  "test/browser/hostile.test.ts",
  "test/browser/journal.test.ts",
  "test/browser/pls.test.ts",
  "test/logs/oneEvent.test.ts",
  "test/pls/widening.test.ts",
  "test/browser/orphans.test.ts",
  "test/browser/playground.test.ts",
  "test/docs/site.test.ts",
  "test/browser/subnets.test.ts",
  "test/browser/findings.test.ts",
  "test/security/inert.test.ts",
  "test/cli/audit.test.ts",
  "test/docs/firstHour.test.ts",
  "test/inventory/claimModel.test.ts",
  "test/cli/clusters.test.ts",
  "test/bundle/brokenSettings.test.ts",
  "test/cli/doctor.test.ts",
  "test/orphans/guards.test.ts",
];

/** The slowest files first, so that none of them is alone at the end; the others in an order that the seed gives. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { seed } = this.ctx.config.sequence;
    const keyed = files.map((file) => [this.#key(file, seed), file] as const);
    return keyed.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
  }

  #key({ moduleId, project }: TestSpecification, seed: number): string {
    const rank = SLOWEST.indexOf(relative(ROOT, moduleId));
    if (rank >= 0) return String(rank).padStart(3, "0");
    return `z${createHash("sha256").update(`${seed} ${project.name} ${moduleId}`).digest("hex")}`;
  }
}
