/** A worker that loads an app, calls one of its functions once, and reports which files each step loaded. */
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { invoke, type Trigger } from "../../sandbox/host/invoke.ts";
import { loadApp } from "../../sandbox/host/load.ts";

export interface Asked {
  readonly app: string;
  readonly function: string;
  readonly trigger: Trigger;
}

export interface Told {
  /** The app's, by name. */
  readonly functions: readonly string[];
  /** Paths, in the order in which they were loaded. */
  readonly start: readonly string[];
  readonly call: readonly string[];
  readonly milliseconds: number;
  /** What the function threw. */
  readonly failed?: string;
}

const loaded: string[] = [];
registerHooks({
  load(url, context, next) {
    if (url.startsWith("file:")) loaded.push(fileURLToPath(url));
    return next(url, context);
  },
});
process.on("message", (asked: Asked) => void answer(asked));
process.on("disconnect", () => process.exit());
process.send?.("ready");

async function answer({ app: directory, function: name, trigger }: Asked): Promise<void> {
  const log = () => undefined;
  const app = await loadApp(directory, log);
  const start = loaded.splice(0);
  const target = app.functions.find((one) => one.name === name);
  if (!target) throw new Error(`the app has no function ${name}`);
  const began = performance.now();
  const failed = await invoke(app, target, trigger, log).then(
    () => undefined,
    (error: unknown) => String(error),
  );
  const milliseconds = performance.now() - began;
  const functions = app.functions.map((one) => one.name);
  process.send?.({ functions, start, call: loaded, milliseconds, ...(failed && { failed }) } satisfies Told);
}
