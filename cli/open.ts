import { app } from "../shared/app.ts";
import type { Run } from "../shared/ports.ts";

/** A run on the app's own settings and storage; only warnings and errors are shown. */
export async function open(): Promise<Run> {
  const quiet = () => {};
  const shown = (message: unknown, fields: unknown) => console.error(message, fields);
  return (await app()).run({ debug: quiet, info: quiet, warn: shown, error: shown });
}
