import { createRequire } from "node:module";

/** Why Jazzer.js cannot run here; `undefined` if it can. Its native part needs glibc 2.38: Debian 13, Ubuntu 24.04 or later. */
export function missing(): string | undefined {
  const require = createRequire(import.meta.url);
  try {
    require("@jazzer.js/core");
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.split("\n")[0] : String(error);
  }
}
