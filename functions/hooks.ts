/** Around every invocation: metrics begin to be sent once something was answered, and the last ones leave before the process does. */
import { app } from "@azure/functions";

/** Long enough for whoever came with the first call; what is measured until then is kept. */
const BEGIN_MILLISECONDS = 5_000;

let isAsked = false;

/** @param tell says on the host's log what keeps metrics from being sent */
export function registerHooks(tell: (message: string) => void): void {
  app.hook.postInvocation(() => {
    if (isAsked) return;
    isAsked = true;
    setTimeout(() => void begin(tell), BEGIN_MILLISECONDS).unref();
  });
  app.hook.appTerminate(async () => {
    if (isAsked) await (await import("../shared/app.ts")).exporting.end(tell);
  });
}

async function begin(tell: (message: string) => void): Promise<void> {
  const { exporting } = await import("../shared/app.ts");
  await exporting.begin(tell);
}
