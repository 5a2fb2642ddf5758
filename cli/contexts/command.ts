/** `mooring context`: the apps that the CLI can use. */
import { rm } from "node:fs/promises";
import { Command } from "commander";
import { InvalidInput } from "../../shared/core/errors.ts";
import { inert } from "../../shared/core/inert.ts";
import { targetOf } from "../api/open.ts";
import { isData, print, printData } from "../print.ts";
import { configPath, readConfig, tokenPath, writeConfig } from "./config.ts";

export function contextCommand(): Command {
  const context = new Command("context").description("list and choose the apps that commands use");
  context.command("list").description("list the contexts; * marks the current one").action(list);
  context
    .command("show [name]")
    .description("show a context, by default the current one: app, user and kind of sign-in")
    .action(show);
  context
    .command("use <name>")
    .description("make a context the current one: commands use its app")
    .action(use);
  context.command("remove <name>").description("remove a context and its stored sign-in").action(remove);
  return context;
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { current, contexts } = await readConfig(configPath(process.env));
  const rows = Object.entries(contexts).map(([name, { url, user, signIn }]) => ({
    name,
    current: name === current,
    url,
    ...(user !== undefined && { user }),
    ...(signIn && { signIn: signIn.method }),
  }));
  print(command, rows, {
    " ": (row) => (row.current ? "*" : ""),
    name: ({ name }) => name,
    url: ({ url }) => url,
    user: ({ user }) => user ?? "-",
    "sign-in": ({ signIn }) => signIn ?? "none",
  });
}

async function show(given: string | undefined, _options: unknown, command: Command): Promise<void> {
  const config = await readConfig(configPath(process.env));
  const name = given ?? config.current;
  if (name === undefined) throw new InvalidInput("there is no current context; run `mooring login --url …`");
  const { signIn, ...rest } = targetOf(config, name).context;
  const row = { name, current: name === config.current, ...rest, signIn: signIn?.method ?? "none" };
  if (isData(command)) return printData(command, row);
  const title = (key: string) => (TITLES[key] ?? key).padEnd(WIDTH);
  for (const [key, value] of Object.entries(row)) console.log(inert(`${title(key)} ${String(value)}`));
}

const TITLES: Readonly<Record<string, string>> = { clientId: "client id", signIn: "sign-in" };
const WIDTH = 10;

async function use(name: string): Promise<void> {
  const path = configPath(process.env);
  const config = await readConfig(path);
  const { url } = targetOf(config, name);
  await writeConfig(path, { ...config, current: name });
  console.log(inert(`Context ${name} is the current one: ${url}`));
}

async function remove(name: string): Promise<void> {
  const path = configPath(process.env);
  const config = await readConfig(path);
  targetOf(config, name);
  const { [name]: _removed, ...contexts } = config.contexts;
  const { current, ...rest } = config;
  await rm(tokenPath(path, name), { force: true });
  await writeConfig(path, {
    ...rest,
    contexts,
    ...(current !== name && current !== undefined && { current }),
  });
  console.log(`Context ${name} was removed.`);
}
