/** Runs Azurite's own program in this process, and ends when the parent goes, however it goes. */
import { createRequire } from "node:module";

// Azurite closes its stores on SIGTERM; the channel to the parent must not keep the process alive after that.
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();
createRequire(import.meta.url)("azurite/dist/src/azurite.js");
