/**
 * Composition root: creates clients once, lazily, from settings, and gives use cases their `Run`. Called by triggers and the CLI.
 */
import { randomUUID } from "node:crypto";
import { createExporting, type Exporting } from "./metrics.ts";
import type { Apply } from "../changes/applied.ts";
import { InvalidInput } from "../core/errors.ts";
import type { Installation } from "../ports/installation.ts";
import type { Log } from "../ports/log.ts";
import type { Ports, Run } from "../ports/ports.ts";
import type { Settings } from "../core/settings.ts";
import type { SchemaKeeper } from "../storage/keepSchema.ts";
import type { Queue } from "../ports/queue.ts";

export interface App {
  readonly settings: Settings;
  readonly apply: Apply;
  run(log: Log, signal?: AbortSignal): Run;
  /** For `mooring doctor`. */
  readonly installation: () => Promise<Installation>;
  /** Must precede any work; see `SchemaKeeper`. @throws Refused */
  readonly prepare: SchemaKeeper["prepare"];
}

let instance: Promise<App> | undefined;

/** This process' metrics, which are not exported until the host calls `begin`. */
export const exporting: Exporting = createExporting(process.env);

/** The app of this process. After a failed start the next call tries again. @throws InvalidInput if the settings are invalid */
export function app(): Promise<App> {
  instance ??= build(process.env).catch((error: unknown) => {
    instance = undefined;
    if (error instanceof InvalidInput) exporting.metrics.record("mooring.settings.broken", 1, {});
    throw error;
  });
  return instance;
}

async function build(env: NodeJS.ProcessEnv): Promise<App> {
  const [{ parseSettings }, { createPorts }, { createApply }, { keepSchema }] = await Promise.all([
    import("../core/settings.ts"),
    import("./ports.ts"),
    import("../changes/apply.ts"),
    import("../storage/keepSchema.ts"),
  ]);
  const settings = parseSettings(env);
  const created = createPorts(settings, exporting.metrics);
  const kept = keepSchema(created.ports, { now: () => new Date() });
  return {
    settings,
    apply: createApply(created.writer),
    run: (log, signal) => newRun(kept.ports, log, signal),
    installation: () => openInstallation(settings, kept.ports),
    prepare: (run) => kept.prepare(run),
  };
}

async function openInstallation(settings: Settings, { tables }: Ports): Promise<Installation> {
  const [{ azureInstallation }, { openCredential }] = await Promise.all([
    import("./installation.ts"),
    import("./clients.ts"),
  ]);
  const endpoint = settings.MOORING_ARM_ENDPOINT;
  const access = async () => ({ credential: await openCredential(), endpoint });
  return azureInstallation(settings, Object.keys(tables), access);
}

/** Only the queues, even if settings other than those of storage are invalid. @throws InvalidInput */
export async function openQueue(env: NodeJS.ProcessEnv): Promise<Queue> {
  const [{ parseStorage }, { queueOpener }, { azureQueue }] = await Promise.all([
    import("../core/settings.ts"),
    import("./clients.ts"),
    import("./queue.ts"),
  ]);
  return azureQueue(queueOpener(parseStorage(env)));
}

function newRun(ports: Ports, log: Log, signal = new AbortController().signal): Run {
  return { ports, now: () => new Date(), newId: randomUUID, log, signal };
}
