import { globSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { findCompiler } from "./dev/tools/infra/compiler.ts";
import { SlowFirst } from "./dev/tools/slowFirst.ts";
import { findChromium, missingForDeploy } from "./dev/tools/programs.ts";

/**
 * Tests of pure code and of code on top of the memory ports. A new file in one of these folders is a unit
 * test; one that needs a service (Azurite, a listening server, a child process, a browser, a build) belongs to
 * NEED_SERVICES. test/tools/projects.test.ts rejects a unit test that reaches a service.
 */
const UNIT = [
  "test/*.test.ts",
  "test/{addresses,admission,annotations,api,audit,bench,changes,check,clusters,declarations,doctor}/**/*.test.ts",
  "test/{events,inventory,ip,orphans,outcomes,pls,policy,queues,schema,storage,web}/**/*.test.ts",
  "test/cli/{contexts,exitCode,inertYaml,signIn,table}.test.ts",
  "test/docs/{architecture,contributing,links,policyExamples}.test.ts",
  "test/logs/hostLog.test.ts",
  "test/sandbox/wholeFile.test.ts",
  "test/scenarios/{audits,run}.test.ts",
  "test/soak/{admissions,judges}.test.ts",
];

const NEED_SERVICES = [
  "test/api/accessTokens.test.ts",
  "test/changes/undoOnArm.test.ts",
  "test/audit/manyScopes.test.ts",
  "test/doctor/filter.test.ts",
  "test/inventory/claims.test.ts",
  "test/orphans/frontends.test.ts",
];

/** In memory, but too slow for the inner loop: thousands of inputs, or tens of thousands of rows. */
const SLOW = [
  "test/api/{addresses,fuzz}.test.ts",
  "test/changes/{restoreGuards,restores}.test.ts",
  "test/declarations/largeList.test.ts",
  "test/audit/{converge,report,resume}.test.ts",
  "test/inventory/{claimModel,suggest}.test.ts",
  "test/pls/{converge,guards,widening}.test.ts",
  "test/orphans/{adversary,guards,interrupted}.test.ts",
];

export const PINNED_SEED = 20_270_101;

const ABSENT_PROGRAMS = [
  ...missingForDeploy().map(({ tests }) => tests),
  ...(findChromium() === undefined ? ["test/browser/**"] : []),
  ...(findCompiler() === undefined ? ["test/infra/compile.test.ts"] : []),
];

/** Paths of the unit tests, from the root of the repository. */
export function unitFiles(): string[] {
  const cwd = import.meta.dirname;
  const others = new Set([...NEED_SERVICES, ...SLOW].flatMap((pattern) => globSync(pattern, { cwd })));
  return UNIT.flatMap((pattern) => globSync(pattern, { cwd })).filter((file) => !others.has(file));
}

/** Vitest prints it, test/seed.ts gives it to the property tests, and TEST_SEED repeats a run. */
function seedOf({ TEST_SEED, CI }: NodeJS.ProcessEnv): number {
  if (TEST_SEED) return Number(TEST_SEED);
  return CI ? PINNED_SEED : Date.now() % 2 ** 31;
}

const seed = seedOf(process.env);

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    sequence: { shuffle: { tests: true, files: false }, sequencer: SlowFirst, seed },
    provide: { seed },
    setupFiles: ["test/seed.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: unitFiles(),
          // Modules are loaded once for all files: no unit test changes global state that it does not restore.
          // Vitest reuses a worker only if the next file is of the same project: these come first, alone.
          isolate: false,
          pool: "threads",
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          // On two cores: some of these wait for a timer or a queue most of the time.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          include: ["test/**/*.test.ts"],
          exclude: [...unitFiles(), ...ABSENT_PROGRAMS],
          setupFiles: ["test/cpuTime.ts"],
          globalSetup: ["test/azurite.ts", "test/builtApp.ts"],
        },
      },
    ],
  },
});
