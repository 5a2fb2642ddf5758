/** Loads a built app as the worker does, and checks what the worker leaves to the host. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  installCore,
  type Binding,
  type Core,
  type Hook,
  type ProgrammingModel,
  type Registered,
} from "./core.ts";

export interface LoadedApp {
  functions: LoadedFunction[];
  hooks: Map<string, Hook[]>;
  model: ProgrammingModel;
  hostJson: HostJson;
}

export interface LoadedFunction extends Registered {
  trigger: Binding;
}

export interface HostJson {
  extensions?: {
    http?: { routePrefix?: string };
    queues?: {
      batchSize?: number;
      newBatchThreshold?: number;
      maxPollingInterval?: string;
      visibilityTimeout?: string;
      maxDequeueCount?: number;
    };
  };
}

const NAME = /^[A-Za-z][\w-]{0,127}$/;

/** @throws Error naming everything that the host would refuse, an app without functions among it */
export async function loadApp(
  directory: string,
  log: (level: string, message: string) => void,
): Promise<LoadedApp> {
  const manifest = JSON.parse(await readFile(join(directory, "package.json"), "utf8"));
  const hostJson: HostJson = JSON.parse(await readFile(join(directory, "host.json"), "utf8"));
  override(hostJson, process.env);
  const core = installCore(log);
  await import(pathToFileURL(join(directory, manifest.main)).href);
  const functions = core.functions.map(withTrigger);
  const problems = check(core, functions, hostJson);
  if (problems.length > 0 || !core.model) throw new Error(`the app cannot be hosted: ${problems.join("; ")}`);
  for (const hook of core.hooks.get("appStart") ?? [])
    await hook({ functionAppDirectory: directory, hookData: {}, appHookData: {} });
  core.model.getCapabilities?.({});
  return { functions, hooks: core.hooks, model: core.model, hostJson };
}

const OVERRIDE = "AzureFunctionsJobHost__";

/**
 * App settings take precedence over the file.
 * @see https://learn.microsoft.com/azure/azure-functions/functions-host-json#override-hostjson-values
 */
function override(hostJson: object, settings: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(settings)) {
    if (!name.startsWith(OVERRIDE)) continue;
    const path = name.slice(OVERRIDE.length).split("__");
    const key = path.pop() ?? "";
    let place = hostJson as Record<string, any>;
    for (const part of path) place = place[part] ??= {};
    place[key] = value;
  }
}

function withTrigger(registered: Registered): LoadedFunction {
  const trigger = Object.values(registered.bindings).find(({ type }) => /trigger$/i.test(type));
  return { ...registered, trigger: trigger ?? { name: "", type: "none", direction: "in" } };
}

function check(core: Core, functions: LoadedFunction[], hostJson: HostJson): string[] {
  if (!core.model || functions.length === 0) return ["it registered no functions"];
  const names = functions.map(({ name }) => name.toLowerCase());
  return functions.flatMap(({ name, bindings, trigger }, index) => [
    ...(NAME.test(name) ? [] : [`function name "${name}" is not allowed`]),
    ...(names.indexOf(name.toLowerCase()) === index ? [] : [`function ${name} is there twice`]),
    ...(Object.values(bindings).filter(({ type }) => /trigger$/i.test(type)).length === 1
      ? []
      : [`function ${name} needs exactly one trigger`]),
    ...(/^(admin|runtime)/i.test(trigger.route ?? "") && !hostJson.extensions?.http?.routePrefix
      ? [`route of ${name} is reserved`]
      : []),
  ]);
}
