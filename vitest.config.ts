import { defineConfig } from "vitest/config";
import { findChromium, missingForDeploy } from "./tools/programs.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [
      ...(missingForDeploy().length > 0 ? ["test/deploy/**"] : []),
      ...(findChromium() === undefined ? ["test/browser/**"] : []),
    ],
    globalSetup: ["test/azurite.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    sequence: { shuffle: true },
    maxWorkers: 2,
  },
});
