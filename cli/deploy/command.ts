import { Command } from "commander";
import { isData, printData } from "../print.ts";
import { createPackage } from "./createPackage.ts";
import { packageFile } from "./packageFile.ts";

interface Options {
  readonly write: string;
}

export function deployCommand(): Command {
  const deploy = new Command("deploy").description("build the deployment package");
  deploy
    .command("package")
    .description("build a reproducible zip for deployment; requires a checkout of Mooring")
    .option("--write <file>", "output file", "mooring.zip")
    .action(makePackage);
  return deploy;
}

async function makePackage({ write }: Options, command: Command): Promise<void> {
  const file = await packageFile(write);
  const created = await createPackage();
  await file.write(created.zip);
  const summary = {
    file: write,
    bytes: created.zip.length,
    sha256: created.sha256,
    functions: created.functions,
  };
  if (isData(command)) return printData(command, summary);
  console.log(`${write}  ${(summary.bytes / 1024 / 1024).toFixed(2)} MiB  sha256 ${summary.sha256}`);
  const width = Math.max(...created.functions.map(({ name }) => name.length));
  for (const { name, trigger } of created.functions) console.log(`  ${name.padEnd(width)}  ${trigger}`);
}
