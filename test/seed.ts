import fc from "fast-check";
import { inject } from "vitest";

/** Property tests and the order of the tests use one seed: pinned in CI, new in every other run. */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: inject("seed") });

declare module "vitest" {
  interface ProvidedContext {
    seed: number;
  }
}
