/**
 * Composition root: creates clients once, lazily, from settings, and gives use cases their `Run`. Called by triggers and the CLI.
 */
import { randomUUID } from "node:crypto";
import { createExporting, type Exporting } from "./metrics.ts";
import type { Apply } from "../changes/applied.ts";
import { InvalidInput } from "../core/errors.ts";
import { once } from "../core/once.ts";
import type { Installation } from "../ports/installation.ts";
import type { AccessTokens } from "../ports/accessTokens.ts";
import type { Log } from "../ports/log.ts";
import type { Ports, Run } from "../ports/ports.ts";
import type { Settings } from "../core/settings.ts";
import type { SchemaKeeper } from "../storage/keepSchema.ts";
import type { Queue } from "../ports/queue.ts";

export interface App {
  readonly settings: Settings;
  readonly apply: Apply;
  run(log: Log, signal?: AbortSignal): Run;
  /** Absent if the API accepts no access tokens. */
  readonly accessTokens?: AccessTokens;
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
  const accessTokens = accessTokensOf(settings);
  return {
    settings,
    ...(accessTokens && { accessTokens }),
    apply: createApply(created.writer),
    run: (log, signal) => newRun(kept.ports, log, signal),
    installation: () => openInstallation(settings, kept.ports),
    prepare: (run) => kept.prepare(run),
  };
}

/** Loads jose with the first token: admission does not need it. */
function accessTokensOf(settings: Settings): AccessTokens | undefined {
  const { MOORING_ENTRA_AUTHORITY: authority, MOORING_ENTRA_CLIENT_ID: clientId } = settings;
  if (authority === undefined || clientId === undefined) return undefined;
  const open = once(async () => {
    const { entraTokens } = await import("./accessTokens.ts");
    return entraTokens({ authority, clientId });
  });
  return { authority, clientId, verify: async (token) => (await open("")).verify(token) };
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
