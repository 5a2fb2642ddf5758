import { defineConfig } from "vitest/config";
import { PINNED_SEED, unitFiles } from "./vitest.config.ts";

/** Folders with the tests that judge what `stryker.config.mjs` mutates. */
const JUDGES = /^test\/(changes|clusters|declarations|links|orphans|scenarios|api\/plans)/;

/** For Stryker only, which takes neither projects nor a second config. One seed: a mutation is judged alike in each run. */
export default defineConfig({
  test: {
    include: unitFiles().filter((file) => JUDGES.test(file)),
    testTimeout: 30_000,
    sequence: { seed: PINNED_SEED },
    provide: { seed: PINNED_SEED },
    setupFiles: ["test/seed.ts"],
    isolate: false,
  },
});
