import { Command } from "commander";
import { readSchemaStatus } from "../shared/storage/schema.ts";
import { openAsItIs } from "./open.ts";
import { isData, printData } from "./print.ts";

/** `mooring schema`: shows the schema version of the stored data; exit code 1 if this version does not support it. */
export function schemaCommand(): Command {
  return new Command("schema").description("show the schema version of the stored data").action(show);
}

async function show(_options: unknown, command: Command): Promise<void> {
  const status = await readSchemaStatus((await openAsItIs()).ports.tables);
  const { stored, known, problem } = status;
  if (problem !== undefined) process.exitCode = 1;
  if (isData(command)) return printData(command, status);
  const versions =
    stored === undefined
      ? `there are no stored data; this version of Mooring has schema ${known}`
      : `the stored data and this version of Mooring have schema ${known}`;
  const summary = problem ?? versions;
  console.log(`${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.`);
}
