/**
 * Entry of the built app. Registers every function first and throws nothing: an entry that throws before registering
 * makes an app of zero functions that looks healthy. Everything heavy is imported by the handlers when first called.
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

// One stray rejected promise would otherwise end the worker and every invocation on it.
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
