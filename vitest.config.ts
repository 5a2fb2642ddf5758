import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/azurite.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    sequence: { shuffle: true },
    maxWorkers: 2,
  },
});
