/** One invocation through the programming model, hooks included, in the worker's order. */
import { randomUUID } from "node:crypto";
import type { CoreInvocationContext, InvocationResponse, TypedData } from "./core.ts";
import type { LoadedApp, LoadedFunction } from "./load.ts";

export interface HostLog {
  (entry: {
    level: string;
    function?: string;
    invocationId?: string;
    message: string;
    milliseconds?: number;
  }): void;
}

export interface Trigger {
  data: TypedData;
  /** Trigger metadata by name, each as the host sends it. */
  metadata?: Record<string, TypedData>;
}

/** Runs the function and gives its response. @throws whatever the function throws */
export async function invoke(
  app: LoadedApp,
  target: LoadedFunction,
  trigger: Trigger,
  log: HostLog,
): Promise<InvocationResponse> {
  const invocationId = randomUUID();
  const started = performance.now();
  const end = (level: string, message: string) =>
    log({
      level,
      function: target.name,
      invocationId,
      message,
      milliseconds: Math.round(performance.now() - started),
    });
  try {
    const response = await run(app, target, { trigger, invocationId, log });
    end("information", "succeeded");
    return response;
  } catch (error) {
    end("error", `failed: ${error instanceof Error ? error.message : String(error)}`);
    throw error;
  }
}

interface Running {
  trigger: Trigger;
  invocationId: string;
  log: HostLog;
}

async function run(
  app: LoadedApp,
  target: LoadedFunction,
  { trigger, invocationId, log }: Running,
): Promise<InvocationResponse> {
  const context: CoreInvocationContext = {
    invocationId,
    request: {
      invocationId,
      functionId: target.name,
      inputData: [{ name: target.trigger.name, data: trigger.data }],
      triggerMetadata: trigger.metadata ?? {},
      traceContext: { traceParent: "", traceState: "", attributes: {} },
      retryContext: null,
    },
    metadata: { name: target.name, bindings: target.bindings },
    log: (level, _category, message) => log({ level, function: target.name, invocationId, message }),
  };
  const invocation = app.model.getInvocationModel(context);
  const { context: invocationContext, inputs } = await invocation.getArguments();
  const before = {
    inputs,
    functionCallback: target.callback,
    invocationContext,
    hookData: {},
    appHookData: {},
  };
  for (const hook of app.hooks.get("preInvocation") ?? []) await hook(before);
  const after: { result: unknown; error: unknown } & Record<string, unknown> = {
    ...before,
    result: undefined,
    error: undefined,
  };
  try {
    after.result = await invocation.invokeFunction(invocationContext, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error;
  }
  for (const hook of app.hooks.get("postInvocation") ?? []) await hook(after);
  if (after.error) throw after.error as Error;
  return invocation.getResponse(invocationContext, after.result);
}
