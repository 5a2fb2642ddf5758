/**
 * Entry of the built app. Registers every function and never throws: an entry that throws before it registers functions results
 * in an app without functions that looks healthy. Handlers import large dependencies on their first call.
 */
import "./admitService.ts";
import "./mutateService.ts";
import "./declarations.ts";
import "./onResourceEvent.ts";
import "./reconcilePls.ts";
import "./pollPrivateLinkServices.ts";
import "./scanInventory.ts";
import "./sweepOrphans.ts";
import "./auditDrift.ts";
import "./sendNotices.ts";
import "./watchQueues.ts";
import "./api.ts";
import "./dashboard.ts";
import "./health.ts";
import { registerHooks } from "./hooks.ts";

// An unhandled rejection would otherwise terminate the worker with all its invocations.
process.on("unhandledRejection", (reason) => {
  void tell(reason);
});
registerHooks((message) => console.error(message));

async function tell(reason: unknown): Promise<void> {
  const [{ inert }, { messageOf }] = await Promise.all([
    import("../shared/core/inert.ts"),
    import("../shared/core/messageOf.ts"),
  ]);
  console.error("unhandled rejection", inert(messageOf(reason)));
}
