/** Runs Azurite's own program in this process, and ends when the parent goes, however it goes. */
import Module, { createRequire } from "node:module";

// Azurite closes its stores on SIGTERM; the channel to the parent must not keep the process alive after that.
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();

const require = createRequire(import.meta.url);
const program = require.resolve("azurite/dist/src/azurite.js");
leaveOut("applicationinsights");
require(program);

/** What only Azurite's telemetry needs, which is disabled: loading it takes longer than all the rest. */
function leaveOut(name: string): void {
  const path = createRequire(program).resolve(name);
  require.cache[path] = Object.assign(new Module(path), { loaded: true });
}
