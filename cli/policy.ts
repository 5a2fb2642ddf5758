import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { Command } from "commander";
import { parse, stringify } from "yaml";
import { InvalidInput } from "../shared/errors.ts";
import { applyPolicy, readPolicy } from "../shared/policyStore.ts";
import { open } from "./open.ts";
import { isJson } from "./print.ts";

export function policyCommand(): Command {
  const policy = new Command("policy").description("the policy in force");
  policy.command("show").description("print it").action(show);
  policy
    .command("apply <file>")
    .description("put a YAML or JSON document in force; - reads standard input")
    .action(apply);
  return policy;
}

async function show(_options: unknown, command: Command): Promise<void> {
  const { policy } = await readPolicy(await open());
  console.log(isJson(command) ? JSON.stringify(policy, undefined, 2) : stringify(policy).trimEnd());
}

async function apply(file: string): Promise<void> {
  const document = parseDocument(await readDocument(file), file);
  await applyPolicy(await open(), document);
  console.log("Policy applied.");
}

async function readDocument(file: string): Promise<string> {
  if (file === "-") return text(process.stdin);
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new InvalidInput(`${file} cannot be read: ${error.code ?? error.message}`);
  });
}

function parseDocument(source: string, file: string): unknown {
  try {
    return parse(source) ?? {};
  } catch (error) {
    throw new InvalidInput(
      `${file} is neither YAML nor JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
