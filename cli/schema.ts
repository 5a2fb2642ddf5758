import { Command } from "commander";
import { readStanding } from "../shared/storage/schema.ts";
import { STEPS } from "../shared/storage/steps.ts";
import { openAsItIs, upgradeData } from "./open.ts";
import { isData, printData } from "./print.ts";

/** `mooring schema`: shows the schema version of the stored data, and upgrades it. */
export function schemaCommand(): Command {
  const schema = new Command("schema").description("show and upgrade the schema of the stored data");
  schema
    .command("show", { isDefault: true })
    .description("show the schema version and pending upgrades")
    .action(show);
  schema
    .command("upgrade")
    .description("upgrade the stored data to the schema of this version; older apps then stop working")
    .action(upgrade);
  return schema;
}

async function show(_options: unknown, command: Command): Promise<void> {
  const status = await readStanding((await openAsItIs()).ports.tables);
  const { stored, known, is, problem } = status;
  const steps = STEPS.map(({ to, title }) => ({ to, title, done: to <= stored }));
  if (problem !== undefined) process.exitCode = 1;
  if (isData(command)) return printData(command, { ...status, steps });
  const summary =
    problem ?? `the stored data has schema ${stored}, this version of Mooring has schema ${known}`;
  console.log(`${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.`);
  for (const { to, title, done } of steps) console.log(`  ${to}  ${done ? "done   " : "pending"}  ${title}`);
  if (is === "older")
    console.log("The app upgrades the data when this version starts; `mooring schema upgrade` does it now.");
}

async function upgrade(_options: unknown, command: Command): Promise<void> {
  const { tables } = (await openAsItIs()).ports;
  const before = await readStanding(tables);
  await upgradeData();
  const after = await readStanding(tables);
  if (isData(command)) return printData(command, { from: before.stored, to: after.stored });
  console.log(
    before.stored === after.stored
      ? `No changes: the stored data has schema ${after.stored}.`
      : `Upgraded the stored data from schema ${before.stored} to ${after.stored}.`,
  );
}
