/** Starts metrics export after the first invocation, and flushes metrics before the process ends. */
import { app } from "@azure/functions";

/** Keeps the exporters' load time out of the first requests. Measurements until then are buffered. */
const BEGIN_MILLISECONDS = 5_000;

let isScheduled = false;

/** @param warn writes to the host's log why metrics cannot be sent */
export function registerHooks(warn: (message: string) => void): void {
  app.hook.postInvocation(() => {
    if (isScheduled) return;
    isScheduled = true;
    setTimeout(() => void begin(warn), BEGIN_MILLISECONDS).unref();
  });
  app.hook.appTerminate(async () => {
    if (!isScheduled) return;
    const { exporting, inert } = await load();
    await exporting.end((message) => warn(inert(message)));
  });
}

async function begin(warn: (message: string) => void): Promise<void> {
  const { exporting, inert } = await load();
  await exporting.begin((message) => warn(inert(message)));
}

async function load() {
  const [{ exporting }, { inert }] = await Promise.all([
    import("../shared/adapters/app.ts"),
    import("../shared/core/inert.ts"),
  ]);
  return { exporting, inert };
}
