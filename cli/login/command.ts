/** `mooring login` and `mooring logout`. */
import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { InvalidInput } from "../../shared/core/errors.ts";
import { inert } from "../../shared/core/inert.ts";
import type { SignIn, SignInTarget } from "../../shared/ports/signIn.ts";
import type { Me } from "../../api/model.ts";
import { apiOverHttp } from "../api/http.ts";
import { demandAppUrl, privateFile, targetOf } from "../api/open.ts";
import {
  configPath,
  ContextName,
  readConfig,
  tokenPath,
  writeConfig,
  type Config,
  type Context,
} from "../contexts/config.ts";
import { isData, printData } from "../print.ts";
import { signInTargetOf } from "./challenge.ts";

const METHODS = [
  "azureCli",
  "managedIdentity",
  "workloadIdentity",
  "clientSecret",
  "clientCertificate",
] as const;
type Flags = Partial<Record<(typeof METHODS)[number], boolean>>;

interface Options extends Flags {
  readonly url?: string;
  readonly context?: string;
  readonly clientId?: string;
}

export function loginCommands(): Command[] {
  const login = new Command("login")
    .description("sign in to an app of Mooring, and use it for the commands that follow")
    .option("--url <origin>", "URL of the Function App; default: that of the context (MOORING_URL)")
    .option("--context <name>", "name of the context; default: the first part of the host name")
    .option("--azure-cli", "sign in as the account of the Azure CLI")
    .option("--managed-identity", "sign in as the managed identity of this machine")
    .option("--workload-identity", "sign in with the federated token of AZURE_FEDERATED_TOKEN_FILE")
    .option("--client-secret", "sign in as a service principal, with AZURE_CLIENT_SECRET")
    .option("--client-certificate", "sign in as a service principal, with AZURE_CLIENT_CERTIFICATE_PATH")
    .addOption(
      new Option("--client-id <id>", "of the service principal or managed identity").env("AZURE_CLIENT_ID"),
    )
    .addHelpText("after", EXAMPLES)
    .action(login_);
  const logout = new Command("logout")
    .description("delete the stored sign-in of a context")
    .option("--context <name>", "default: the current context")
    .action(logout_);
  return [login, logout];
}

const EXAMPLES = `
Without a method, a code is shown that you enter in a browser.

Examples:
  mooring login --url https://mooring-prod.azurewebsites.net
  mooring login --url https://mooring-test.azurewebsites.net --azure-cli
  MOORING_URL=... AZURE_CLIENT_ID=... AZURE_CLIENT_SECRET=... \\
    mooring login --client-secret`;

async function login_(options: Options, command: Command): Promise<void> {
  const method = methodOf(options);
  const path = configPath(process.env);
  const config = await readConfig(path);
  const { name, url } = placeOf(options, config);
  const target = await signInTargetOf(url);
  const signIn = target && (await signInBy(method, { options, target, tokens: tokenPath(path, name) }));
  const context: Context = { url, ...target, ...(signIn && { signIn }) };
  const me = await whoIs(context, tokenPath(path, name)).catch(async (error: unknown) => {
    // A new context is not stored without a role: neither is its token.
    if (!config.contexts[name]) await rm(tokenPath(path, name), { force: true });
    throw error;
  });
  await writeConfig(path, {
    current: name,
    contexts: { ...config.contexts, [name]: { ...context, user: me.name } },
  });
  if (isData(command)) return printData(command, { context: name, url, name: me.name, roles: me.roles });
  console.log(
    inert(`Signed in to ${url} as ${me.name} (${roleOf(me)}). Context ${name} is the current one.`),
  );
}

/** @throws InvalidInput for more than one */
function methodOf(options: Options): SignIn["method"] {
  const given = METHODS.filter((name) => options[name]);
  const names = given.map(kebab);
  if (names.length > 1)
    throw new InvalidInput(`use only one of ${names.map((one) => `--${one}`).join(", ")}`);
  return names[0] ?? "device-code";
}

function kebab(name: (typeof METHODS)[number]): Exclude<SignIn["method"], "device-code"> {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) as never;
}

/** The URL, and the context it is stored as. @throws InvalidInput */
function placeOf({ url, context }: Options, config: Config): { name: string; url: string } {
  if (context !== undefined) demandName(context, config);
  const given = url ?? (process.env["MOORING_URL"] || undefined);
  if (given !== undefined) {
    const origin = demandAppUrl(given, url === undefined ? "MOORING_URL" : "--url");
    return { name: context ?? nameFor(origin, config), url: origin };
  }
  const name = context ?? config.current;
  if (name === undefined) throw new InvalidInput("--url: required, because there is no context yet");
  return { name, url: targetOf(config, name).url };
}

/** @throws InvalidInput for a name that is not valid, or that differs from another one in case only */
function demandName(context: string, { contexts }: Config): void {
  const problem = ContextName.safeParse(context).error?.issues[0]?.message;
  if (problem !== undefined) throw new InvalidInput(`--context ${context}: ${problem}`);
  const twin = Object.keys(contexts).find((one) => one.toLowerCase() === context.toLowerCase());
  if (twin !== undefined && twin !== context)
    throw new InvalidInput(`--context ${context}: context ${twin} has the same name in another case`);
}

/** That of a context for the same app, else the first label of the host name. */
function nameFor(url: string, { contexts }: Config): string {
  const same = Object.keys(contexts).find((name) => contexts[name]?.url === url);
  const [label = ""] = new URL(url).hostname.split(".");
  const host = ContextName.safeParse(label).success && !/^\d+$/.test(label) ? label : "local";
  if (same !== undefined) return same;
  const twin = Object.keys(contexts).find((name) => name.toLowerCase() === host.toLowerCase());
  if (twin === undefined) return host;
  throw new InvalidInput(`context ${twin} exists, for another app: name the new one with --context`);
}

interface Signing {
  readonly options: Options;
  readonly target: SignInTarget;
  /** Path of the stored tokens. */
  readonly tokens: string;
}

async function signInBy(
  method: SignIn["method"],
  { options: { clientId }, target, tokens }: Signing,
): Promise<SignIn> {
  switch (method) {
    case "device-code": {
      const { signInPerson } = await import("../../shared/adapters/signIn.ts");
      const around = { env: process.env, store: privateFile(tokens) };
      return signInPerson(target, around, (message) => console.error(inert(message)));
    }
    case "azure-cli":
      return { method };
    case "managed-identity":
      return { method, ...(clientId && { clientId: demandId(clientId) }) };
    case "workload-identity":
    case "client-secret":
      return { method, clientId: demandId(clientId) };
    case "client-certificate": {
      const file = process.env["AZURE_CLIENT_CERTIFICATE_PATH"];
      if (!file) throw new InvalidInput("AZURE_CLIENT_CERTIFICATE_PATH: set it to the path of the PEM file");
      return { method, clientId: demandId(clientId), certificatePath: resolve(file) };
    }
  }
}

function demandId(clientId: string | undefined): string {
  if (!clientId) throw new InvalidInput("--client-id: required (AZURE_CLIENT_ID)");
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(clientId)) return clientId;
  throw new InvalidInput(`--client-id ${clientId}: not a client id`);
}

async function whoIs({ url, authority, clientId, signIn }: Context, tokens: string): Promise<Me> {
  const token = async () => {
    if (!signIn || authority === undefined || clientId === undefined) return undefined;
    const { accessToken } = await import("../../shared/adapters/signIn.ts");
    return accessToken(signIn, { authority, clientId }, { env: process.env, store: privateFile(tokens) });
  };
  return apiOverHttp({ url, token }).call("getMe", {});
}

function roleOf({ roles }: Me): string {
  return roles.includes("Mooring.Operator") ? "Mooring.Operator" : (roles[0] ?? "no role");
}

async function logout_({ context }: { context?: string }): Promise<void> {
  const path = configPath(process.env);
  const config = await readConfig(path);
  const name = context ?? config.current;
  if (name === undefined) throw new InvalidInput("there is no current context; name one with --context");
  const { signIn: _signIn, user: _user, ...rest } = targetOf(config, name).context;
  await rm(tokenPath(path, name), { force: true });
  await writeConfig(path, { ...config, contexts: { ...config.contexts, [name]: rest } });
  console.log(`Signed out of context ${name}.`);
}
