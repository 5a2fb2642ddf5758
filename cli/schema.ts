import { Command } from "commander";
import { readStanding } from "../shared/storage/schema.ts";
import { STEPS } from "../shared/storage/steps.ts";
import { openAsItIs, upgradeData } from "./open.ts";
import { isData, printData } from "./print.ts";

/** Which form the stored data have, and bringing them forward at a time of one's own. */
export function schemaCommand(): Command {
  const schema = new Command("schema").description(
    "the form of the stored data, and whether this version fits it",
  );
  schema.command("show", { isDefault: true }).description("nothing is changed").action(show);
  schema
    .command("upgrade")
    .description("bring the stored data to the form of this version, as its app would; older apps then stop")
    .action(upgrade);
  return schema;
}

async function show(_options: unknown, command: Command): Promise<void> {
  const standing = await readStanding((await openAsItIs()).ports.tables);
  const { stored, known, is, problem } = standing;
  const steps = STEPS.map(({ to, title }) => ({ to, title, done: to <= stored }));
  if (problem !== undefined) process.exitCode = 1;
  if (isData(command)) return printData(command, { ...standing, steps });
  const said = problem ?? `the stored data are of schema ${stored}, this version of Mooring knows ${known}`;
  console.log(`${said.slice(0, 1).toUpperCase()}${said.slice(1)}.`);
  for (const { to, title, done } of steps) console.log(`  ${to}  ${done ? "done   " : "pending"}  ${title}`);
  if (is === "older")
    console.log(
      "The app brings them forward once it is of this version; `mooring schema upgrade` does so now.",
    );
}

async function upgrade(_options: unknown, command: Command): Promise<void> {
  const { tables } = (await openAsItIs()).ports;
  const before = await readStanding(tables);
  await upgradeData();
  const after = await readStanding(tables);
  if (isData(command)) return printData(command, { from: before.stored, to: after.stored });
  console.log(
    before.stored === after.stored
      ? `Nothing to do: the stored data are of schema ${after.stored}.`
      : `The stored data are upgraded from schema ${before.stored} to ${after.stored}.`,
  );
}
