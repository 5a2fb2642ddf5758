import { app, type App } from "../shared/adapters/app.ts";
import type { Apply } from "../shared/changes/applied.ts";
import { InvalidInput } from "../shared/core/errors.ts";
import type { LogFields } from "../shared/ports/log.ts";
import type { Run } from "../shared/ports/ports.ts";
import { logSentence } from "./logSentence.ts";

/**
 * A run with the settings and storage of the app; prints only warnings and errors. Requires data of the same schema version.
 * @throws InvalidInput if the settings are invalid · Refused if the data have another schema version
 */
export async function open(signal?: AbortSignal): Promise<Run> {
  return (await openToWrite(signal)).run;
}

/** `open`, with `apply` for commands that write. */
export async function openToWrite(
  signal?: AbortSignal,
): Promise<{ readonly run: Run; readonly apply: Apply }> {
  const { app, run } = await openApp(signal);
  return { run, apply: app.apply };
}

/** `open`, with the app. */
export async function openApp(signal?: AbortSignal): Promise<{ readonly app: App; readonly run: Run }> {
  const opened = await installation();
  const run = runOf(opened, signal);
  await opened.prepare(run);
  return { app: opened, run };
}

/** A run on data of any schema version, to be read only. @throws InvalidInput if the settings are invalid */
export async function openAsItIs(): Promise<Run> {
  return runOf(await installation());
}

const HOW =
  "no valid installation configured: set the variables of docs/reference/settings.md to use your own rights to storage and Azure, or run `npm start` for a local sandbox";

/** @throws InvalidInput if the settings are invalid, with advice */
function installation(): Promise<App> {
  return app().catch((error: unknown) => {
    throw error instanceof InvalidInput ? new InvalidInput([...error.problems, HOW]) : error;
  });
}

function runOf(opened: App, signal?: AbortSignal): Run {
  const quiet = () => {};
  const shown = (message: string, fields?: LogFields) => console.error(logSentence(message, fields));
  return opened.run({ debug: quiet, info: quiet, warn: shown, error: shown }, signal);
}
