/** Chooses the app and the sign-in of a command: options, environment, current context, or the caller's own rights. */
import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { InvalidInput } from "../../shared/core/errors.ts";
import { unknownName } from "../../shared/core/filters.ts";
import { SignInRequired, type PrivateText } from "../../shared/ports/signIn.ts";
import {
  configPath,
  isAppUrl,
  readConfig,
  tokenPath,
  writePrivate,
  type Config,
  type Context,
} from "../contexts/config.ts";
import { apiOverHttp } from "./http.ts";
import type { Api } from "./operations.ts";

/** Adds the options that choose the app. */
export function withApp(command: Command): Command {
  return command
    .option("--context <name>", "use this context instead of the current one")
    .option("--url <origin>", "use the app with this URL (MOORING_URL)")
    .option("--direct", "use your own rights to storage and Azure instead of the app");
}

interface Choice {
  readonly context?: string;
  readonly url?: string;
  readonly direct?: boolean;
}

/** An app, and the context to sign in with, if any. */
export interface Target {
  readonly url: string;
  readonly name?: string;
  readonly context?: Context;
}

/** @throws InvalidInput if options, environment or configuration are invalid */
export async function openApi(command: Command): Promise<Api> {
  const remote = await apiOfApp(command);
  if (remote) return remote;
  const { apiInProcess } = await import("./direct.ts");
  return apiInProcess();
}

const NO_APP =
  "no app chosen: run `mooring login --url https://APP.azurewebsites.net` first, or use --direct with your own rights to storage and Azure";

/** True if the environment has the settings of an installation, as that of `npm run mooring` next to a sandbox. */
function hasStorage(env: NodeJS.ProcessEnv): boolean {
  return Object.entries(env).some(([name, value]) => name.startsWith("AzureWebJobsStorage") && value);
}

/** `undefined` if the command uses the caller's own rights. @throws InvalidInput as `openApi` */
export async function apiOfApp(command: Command): Promise<Api | undefined> {
  const path = configPath(process.env);
  const choice = command.opts<Choice>();
  const target = await chooseTarget(choice, process.env, () => readConfig(path));
  if (!target && !choice.direct && !hasStorage(process.env)) throw new InvalidInput(NO_APP);
  return target && apiOverHttp({ url: target.url, token: () => tokenOf(target, path) });
}

/** `undefined` for the caller's own rights. @throws InvalidInput for a contradiction, or a context that does not exist */
export async function chooseTarget(
  { context, url, direct = false }: Choice,
  env: NodeJS.ProcessEnv,
  read: () => Promise<Config>,
): Promise<Target | undefined> {
  const given = [context, url, direct || undefined].filter((value) => value !== undefined);
  if (given.length > 1) throw new InvalidInput("use only one of --context, --url, --direct");
  if (direct) return undefined;
  const config = await read();
  if (context !== undefined) return targetOf(config, context);
  const origin = url ?? (env["MOORING_URL"] || undefined);
  if (origin !== undefined) return targetAt(config, origin, url === undefined ? "MOORING_URL" : "--url");
  return config.current === undefined ? undefined : targetOf(config, config.current);
}

/** @throws InvalidInput if there is no such context */
export function targetOf({ contexts }: Config, name: string): Required<Target> {
  const context = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
  if (context) return { url: context.url, name, context };
  const problem = unknownName(name, "context", Object.keys(contexts)) ?? `there is no context ${name}`;
  throw new InvalidInput(`${problem}; run \`mooring context list\``);
}

/** With the sign-in of a context for that app, the current one first. */
function targetAt({ contexts, current }: Config, given: string, option: string): Target {
  const url = demandAppUrl(given, option);
  const isCurrent = (name: string) => Number(name === current);
  const names = Object.keys(contexts).toSorted((a, b) => isCurrent(b) - isCurrent(a));
  const name = names.find((one) => contexts[one]?.url === url);
  const context = name === undefined ? undefined : contexts[name];
  return { url, ...(name !== undefined && context && { name, context }) };
}

/** A path of `/` is left out. @throws InvalidInput */
export function demandAppUrl(given: string, option: string): string {
  const url = given.replace(/\/$/, "");
  if (isAppUrl(url)) return url;
  throw new InvalidInput(`${option} ${given}: not an https origin such as https://mooring.azurewebsites.net`);
}

async function tokenOf({ name, context }: Target, path: string): Promise<string | undefined> {
  const { authority, clientId, signIn } = context ?? {};
  // Without a token, the app states whether it needs one.
  if (name === undefined || authority === undefined || clientId === undefined) return undefined;
  if (!signIn) throw new SignInRequired(`context ${name} has no sign-in`);
  const { accessToken } = await import("../../shared/adapters/signIn.ts");
  const store = privateFile(tokenPath(path, name));
  return accessToken(signIn, { authority, clientId }, { env: process.env, store });
}

export function privateFile(path: string): PrivateText {
  return {
    read: () =>
      readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
      }),
    write: (text) => writePrivate(path, text),
  };
}
