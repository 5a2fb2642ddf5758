/**
 * Loads a built app with the part of `@azure/functions-core` that registration needs, and prints what it registers as one line of JSON.
 * Run by `listFunctions.ts`, since an app is loaded once per process.
 * @see https://github.com/Azure/azure-functions-nodejs-worker
 */
import { readFile } from "node:fs/promises";
import Module from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

interface Binding {
  readonly type: string;
  readonly route?: string;
  readonly schedule?: string;
  readonly queueName?: string;
}

const registered: { name: string; trigger: string }[] = [];

class Disposable {
  dispose(): void {}
}

const core = {
  version: "4.0.0",
  hostVersion: "4.0.0",
  Disposable,
  log(): void {},
  setProgrammingModel(): void {},
  getProgrammingModel(): undefined {},
  registerHook: () => new Disposable(),
  registerFunction({ name, bindings }: { name: string; bindings: Record<string, Binding> }): Disposable {
    registered.push({ name, trigger: triggerOf(bindings) });
    return new Disposable();
  },
};

function triggerOf(bindings: Record<string, Binding>): string {
  const trigger = Object.values(bindings).find(({ type }) => /trigger$/i.test(type));
  if (trigger === undefined) return "no trigger";
  const about = trigger.route ?? trigger.schedule ?? trigger.queueName ?? "";
  return `${trigger.type.replace(/Trigger$/, "")} ${about}`.trimEnd();
}

// oxlint-disable-next-line typescript/unbound-method -- the proxy hands `this` on
Module.prototype.require = new Proxy(Module.prototype.require, {
  apply: (target, module, [id]) =>
    id === "@azure/functions-core" ? core : Reflect.apply(target, module, [id]),
});

const directory = process.argv[2] ?? "";
const { main } = JSON.parse(await readFile(join(directory, "package.json"), "utf8"));
await import(pathToFileURL(join(directory, main)).href);
console.log(JSON.stringify(registered));
// A built app may keep the process alive: an exporter, a timer.
process.exit(0);
