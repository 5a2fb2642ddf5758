/**
 * The configuration file of the command line: named contexts, each an app and how its user signs in. It contains no secrets and no
 * tokens.
 */
import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseDocument, stringify } from "yaml";
import * as z from "zod";
import { InvalidInput } from "../../shared/core/errors.ts";
import { messageOf } from "../../shared/core/messageOf.ts";
import { SignIn } from "../../shared/ports/signIn.ts";

/** Also the name of a file. */
export const ContextName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/i, "letters, digits, - and _, beginning with a letter or digit");

export const Context = z.strictObject({
  /** Origin of the app. */
  url: z.string().refine(isAppUrl, "not an https URL"),
  /** Tenant and app registration that the app names; absent if the app requires no sign-in. */
  authority: z.url().optional(),
  clientId: z.guid().optional(),
  /** Absent after `mooring logout`. */
  signIn: SignIn.optional(),
  /** Name by which the app calls the user. */
  user: z.string().optional(),
});
export type Context = z.infer<typeof Context>;

export const Config = z.strictObject({
  current: ContextName.optional(),
  contexts: z.record(ContextName, Context).default({}),
});
export type Config = z.infer<typeof Config>;

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** True for an origin to which a token may be sent: https, or http on this machine. Pure. */
export function isAppUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, origin } = new URL(text);
  return origin === text && (protocol === "https:" || (protocol === "http:" && LOOPBACK.has(hostname)));
}

/** Path of the configuration file. Pure. */
export function configPath(env: NodeJS.ProcessEnv): string {
  if (env["MOORING_CONFIG"]) return resolve(env["MOORING_CONFIG"]);
  const base = env["XDG_CONFIG_HOME"] || join(env["HOME"] || homedir(), ".config");
  return join(base, "mooring", "config.yaml");
}

/** The tokens of a user who signed in with a device code, beside the configuration file. Pure. */
export function tokenPath(config: string, context: string): string {
  return join(dirname(config), "tokens", `${context.toLowerCase()}.json`);
}

/** Without a file, an empty configuration. @throws InvalidInput if the file is unreadable or invalid */
export async function readConfig(path: string): Promise<Config> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw new InvalidInput(`${path} cannot be read: ${error.code ?? error.message}`);
  });
  return parseConfig(text, path);
}

/** @throws InvalidInput with every problem of the document */
export function parseConfig(text: string, path: string): Config {
  const parsed = Config.safeParse(parseYaml(text, path) ?? {});
  const problems = parsed.error?.issues.map(({ path: at, message }) => `${[...at].join(".")}: ${message}`);
  if (problems) throw new InvalidInput(problems.map((problem) => `${path} is invalid: ${problem}`));
  const { current, contexts } = parsed.data ?? { contexts: {} };
  if (current !== undefined && !Object.hasOwn(contexts, current))
    throw new InvalidInput(`${path} is invalid: current: there is no context ${current}`);
  const [twin] = twinsIn(Object.keys(contexts));
  if (twin !== undefined)
    throw new InvalidInput(
      `${path} is invalid: contexts.${twin}: another context has the same name in another case`,
    );
  return { ...(current !== undefined && { current }), contexts };
}

/** Their tokens would be in one file. */
function twinsIn(names: readonly string[]): string[] {
  return names.filter((name) =>
    names.some((other) => other !== name && other.toLowerCase() === name.toLowerCase()),
  );
}

function parseYaml(text: string, path: string): unknown {
  try {
    const document = parseDocument(text, { prettyErrors: false });
    if (document.errors[0]) throw document.errors[0];
    return document.toJS();
  } catch (error) {
    throw new InvalidInput(`${path} is invalid: not YAML: ${messageOf(error)}`);
  }
}

export function writeConfig(path: string, config: Config): Promise<void> {
  return writePrivate(path, stringify(Config.parse(config), { lineWidth: 0 }));
}

/** Replaces the file in one step; only its owner can read it. */
export async function writePrivate(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
  const next = `${path}.${process.pid}.new`;
  try {
    await writeFile(next, text, { mode: PRIVATE_FILE });
    // The mode of `writeFile` does not apply to a file that exists.
    await chmod(next, PRIVATE_FILE);
    await rename(next, path);
  } finally {
    await rm(next, { force: true });
  }
}
