/** Mutation testing, `npm run test:mutation`. See docs/mutation.md. */
export default {
  mutate: ["shared/{changes,declarations,privateLinkServices,orphans}/**/*.ts"],
  testRunner: "vitest",
  vitest: { configFile: "vitest.mutation.config.ts", related: false },
  plugins: ["@stryker-mutator/vitest-runner", "./dev/tools/mutation/ignoreSentences.mjs"],
  ignorers: ["sentences"],
  coverageAnalysis: "perTest",
  // TypeScript 7 has no API that Stryker could rewrite paths with; there is nothing to rewrite.
  tsconfigFile: "none.json",
  concurrency: 2,
  // Ample: a mutation that is judged while the machine is busy must not count as detected.
  timeoutMS: 30_000,
  incremental: true,
  incrementalFile: ".mooring/mutation/incremental.json",
  tempDirName: ".mooring/stryker",
  ignorePatterns: [".mooring", "dist", "docs/stills", "test/infra", "web"],
  reporters: ["progress-append-only", "clear-text", "html", "json"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  htmlReporter: { fileName: ".mooring/mutation/report.html" },
  jsonReporter: { fileName: ".mooring/mutation/report.json" },
  thresholds: { high: 95, low: 90, break: 90 },
  checkers: [],
};
