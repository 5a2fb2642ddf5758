import { Command } from "commander";
import { readStanding } from "../shared/storage/schema.ts";
import { STEPS } from "../shared/storage/steps.ts";
import { open, openAsItIs } from "./open.ts";
import { isData, printData } from "./print.ts";

/** Which form the stored data have, and bringing them forward at a time of one's own. */
export function schemaCommand(): Command {
  const schema = new Command("schema").description(
    "the form of the stored data, and whether this version fits it",
  );
  schema.command("show", { isDefault: true }).description("nothing is changed").action(show);
  schema
    .command("upgrade")
    .description(
      "bring the stored data to the form that this version knows; the app does so by itself when it starts",
    )
    .action(upgrade);
  return schema;
}

async function show(_options: unknown, command: Command): Promise<void> {
  const standing = await readStanding((await openAsItIs()).ports.tables);
  const { stored, known, is, problem } = standing;
  const steps = STEPS.map(({ to, title }) => ({ to, title, done: to <= stored }));
  if (problem !== undefined) process.exitCode = 1;
  if (isData(command)) return printData(command, { ...standing, steps });
  console.log(`The stored data are of schema ${stored}, this version of Mooring knows ${known}.`);
  for (const { to, title, done } of steps) console.log(`  ${to}  ${done ? "done   " : "pending"}  ${title}`);
  if (problem !== undefined) return console.log(`${problem[0]?.toUpperCase()}${problem.slice(1)}.`);
  console.log(
    is === "older" ? "The app upgrades them when it starts, or `mooring schema upgrade` now." : "They fit.",
  );
}

async function upgrade(_options: unknown, command: Command): Promise<void> {
  const before = await readStanding((await openAsItIs()).ports.tables);
  const after = await readStanding((await open()).ports.tables);
  if (isData(command)) return printData(command, { from: before.stored, to: after.stored });
  console.log(
    before.stored === after.stored
      ? `Nothing to do: the stored data are of schema ${after.stored}.`
      : `The stored data are upgraded from schema ${before.stored} to ${after.stored}.`,
  );
}
