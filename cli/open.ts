import { app } from "../shared/app.ts";
import type { Apply } from "../shared/changes/applied.ts";
import type { Run } from "../shared/ports.ts";

/** A run on the app's own settings and storage; only warnings and errors are shown. */
export async function open(): Promise<Run> {
  return (await openToWrite()).run;
}

/** The same, with the one path to a write. */
export async function openToWrite(): Promise<{ readonly run: Run; readonly apply: Apply }> {
  const quiet = () => {};
  const shown = (message: unknown, fields: unknown) => console.error(message, fields);
  const opened = await app();
  return {
    run: opened.run({ debug: quiet, info: quiet, warn: shown, error: shown }),
    apply: opened.apply,
  };
}
