import { statSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { PINNED_SEED, unitFiles } from "./vitest.config.ts";

/** Folders with the tests that judge what `stryker.config.mjs` mutates. */
const JUDGES = /^test\/(changes|clusters|declarations|orphans|pls)\//;

/** What plays schedules: slow, so last. The first test that fails ends the judgement of a mutation. */
const STORIES = /\/(senders|lists|windows|sweep|keptAlive|evidence|pls|withheldAccess)\.test\.ts$/;

class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const cost = ({ moduleId }: TestSpecification) =>
      statSync(moduleId).size + (STORIES.test(moduleId) ? 1_000_000 : 0);
    return files.toSorted((a, b) => cost(a) - cost(b));
  }
}

/** For Stryker only, which takes neither projects nor a filter. One seed: a mutation is judged alike in each run. */
export default defineConfig({
  test: {
    include: unitFiles().filter((file) => JUDGES.test(file)),
    testTimeout: 30_000,
    sequence: { seed: PINNED_SEED, sequencer: QuickFirst },
    provide: { seed: PINNED_SEED },
    setupFiles: ["test/seed.ts"],
    isolate: false,
  },
});
