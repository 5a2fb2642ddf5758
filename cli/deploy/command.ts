import { Command } from "commander";
import { isData, printData } from "../print.ts";
import { createPackage } from "./createPackage.ts";
import { packageFile } from "./packageFile.ts";

interface Options {
  readonly write: string;
}

export function deployCommand(): Command {
  const deploy = new Command("deploy").description("what is deployed to Azure");
  deploy
    .command("package")
    .description(
      "build the zip that is deployed, the same bytes for the same sources; needs a checkout of Mooring",
    )
    .option("--write <file>", "where to", "mooring.zip")
    .action(makePackage);
  return deploy;
}

async function makePackage({ write }: Options, command: Command): Promise<void> {
  const file = await packageFile(write);
  const made = await createPackage();
  await file.write(made.zip);
  const told = { file: write, bytes: made.zip.length, sha256: made.sha256, functions: made.functions };
  if (isData(command)) return printData(command, told);
  console.log(`${write}  ${(told.bytes / 1024 / 1024).toFixed(2)} MiB  sha256 ${told.sha256}`);
  const width = Math.max(...made.functions.map(({ name }) => name.length));
  for (const { name, trigger } of made.functions) console.log(`  ${name.padEnd(width)}  ${trigger}`);
}
