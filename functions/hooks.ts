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
    if (!isAsked) return;
    const { exporting, inert } = await load();
    await exporting.end((message) => tell(inert(message)));
  });
}

async function begin(tell: (message: string) => void): Promise<void> {
  const { exporting, inert } = await load();
  await exporting.begin((message) => tell(inert(message)));
}

async function load() {
  const [{ exporting }, { inert }] = await Promise.all([
    import("../shared/adapters/app.ts"),
    import("../shared/core/inert.ts"),
  ]);
  return { exporting, inert };
}
