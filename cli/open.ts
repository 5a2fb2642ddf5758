import { app, type App } from "../shared/adapters/app.ts";
import type { Apply } from "../shared/changes/applied.ts";
import { InvalidInput } from "../shared/core/errors.ts";
import type { LogFields } from "../shared/ports/log.ts";
import type { Run } from "../shared/ports/ports.ts";
import { logSentence } from "./logSentence.ts";

/**
 * A run on the app's own settings and storage, until the signal; only warnings and errors are shown. It works with data of its own
 * version only. @throws InvalidInput on broken settings · Refused if the data are older or newer
 */
export async function open(signal?: AbortSignal): Promise<Run> {
  return (await openToWrite(signal)).run;
}

/** The same, with the one path to a write. */
export async function openToWrite(
  signal?: AbortSignal,
): Promise<{ readonly run: Run; readonly apply: Apply }> {
  const opened = await installation();
  const run = runOf(opened, signal);
  await opened.demandCurrent(run);
  return { run, apply: opened.apply };
}

/** A run over data of whatever form. @throws InvalidInput on broken settings */
export async function openAsItIs(): Promise<Run> {
  return runOf(await installation());
}

/** Brings older data forward. @throws Refused if they are newer · NotYet while another process does so */
export async function upgradeData(): Promise<void> {
  const opened = await installation();
  await opened.prepare(runOf(opened));
}

const HOW =
  "settings name the installation: README.md has a table of them; `npm start` makes one on this machine";

/** @throws InvalidInput on broken settings, with what to do about them */
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
