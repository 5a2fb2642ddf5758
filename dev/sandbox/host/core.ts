/**
 * What the Functions worker gives an app: the module `@azure/functions-core`, seen by a `require` of that name and nowhere else.
 * @see https://github.com/Azure/azure-functions-nodejs-worker
 */
import Module from "node:module";

export interface Binding {
  name: string;
  type: string;
  direction: string;
  route?: string;
  methods?: string[];
  authLevel?: string;
  queueName?: string;
  connection?: string;
  schedule?: string;
}

export interface Registered {
  name: string;
  bindings: Record<string, Binding>;
  callback: (...args: unknown[]) => unknown;
}

export type HookName = "preInvocation" | "postInvocation" | "appStart" | "appTerminate" | "log";
export type Hook = (context: Record<string, unknown>) => unknown;

export interface ProgrammingModel {
  name: string;
  version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel;
  getCapabilities?(capabilities: Record<string, string>): unknown;
}

export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: Registered["callback"]): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
}

export interface InvocationResponse {
  returnValue?: TypedData | null;
  outputData?: unknown[];
}

export interface TypedData {
  string?: string;
  json?: string;
  bytes?: Uint8Array;
  http?: HttpData;
}

export interface HttpData {
  method?: string;
  url?: string;
  statusCode?: string;
  headers?: Record<string, string>;
  nullableHeaders?: Record<string, { value: string }>;
  nullableParams?: Record<string, { value: string }>;
  nullableQuery?: Record<string, { value: string }>;
  body?: TypedData | null;
  enableContentNegotiation?: boolean;
}

export interface CoreInvocationContext {
  invocationId: string;
  request: Record<string, unknown>;
  metadata: { name: string; bindings: Record<string, Binding> };
  state?: string;
  log(level: string, category: string, message: string): void;
}

/** One app's registrations. */
export interface Core {
  functions: Registered[];
  hooks: Map<HookName, Hook[]>;
  model: ProgrammingModel | undefined;
}

const HOOKS: readonly string[] = ["preInvocation", "postInvocation", "appStart", "appTerminate", "log"];

let started = false;

/** Installs the module and gives what the app will register; once per process, as in a worker. */
export function installCore(log: (level: string, message: string) => void): Core {
  if (started) throw new Error("this process already hosts an app");
  started = true;
  const core: Core = { functions: [], hooks: new Map(), model: undefined };
  const api = createApi(core, log);
  // oxlint-disable-next-line typescript/unbound-method -- the proxy hands `this` on
  Module.prototype.require = new Proxy(Module.prototype.require, {
    apply: (target, self, args: [string]) =>
      args[0] === "@azure/functions-core" ? api : Reflect.apply(target, self, args),
  });
  return core;
}

class Disposable {
  readonly #dispose: () => void;
  constructor(dispose: () => void) {
    this.#dispose = dispose;
  }
  dispose(): void {
    this.#dispose();
  }
}

function createApi(core: Core, log: (level: string, message: string) => void) {
  return {
    version: "3.12.0",
    hostVersion: "4.1037.0",
    Disposable,
    registerFunction(
      metadata: { name: string; bindings: Record<string, Binding> },
      callback: Registered["callback"],
    ) {
      const registered = { name: metadata.name, bindings: metadata.bindings, callback };
      core.functions.push(registered);
      return new Disposable(() => void core.functions.splice(core.functions.indexOf(registered), 1));
    },
    registerHook(name: HookName, hook: Hook) {
      if (!HOOKS.includes(name))
        throw Object.assign(new RangeError(`Unrecognized hook "${name}"`), {
          isAzureFunctionsSystemError: true,
        });
      const hooks = core.hooks.get(name) ?? [];
      core.hooks.set(name, [...hooks, hook]);
      return new Disposable(
        () =>
          void core.hooks.set(
            name,
            (core.hooks.get(name) ?? []).filter((one) => one !== hook),
          ),
      );
    },
    setProgrammingModel: (model: ProgrammingModel) => void (core.model = model),
    getProgrammingModel: () => core.model,
    log: (level: string, _category: string, message: string) => log(level, message),
  };
}
