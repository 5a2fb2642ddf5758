#!/usr/bin/env node
/** `mooring`: what people do with an installation from a terminal. Each command is a file; all speak to the app's own storage. */
import { Command, CommanderError } from "commander";
import { InvalidInput } from "../shared/core/errors.ts";
import { inert } from "../shared/core/inert.ts";
import { VERSION } from "../shared/core/version.ts";
import { auditCommand } from "./audit/command.ts";
import { checkCommand } from "./check/command.ts";
import { clustersCommand } from "./clusters/command.ts";
import { connectionsCommand } from "./connections.ts";
import { deployCommand } from "./deploy/command.ts";
import { doctorCommand } from "./doctor/command.ts";
import { explainCommand } from "./explain.ts";
import { findingsCommand } from "./findings/command.ts";
import { ipCommand } from "./ip/command.ts";
import { journalCommands } from "./journal.ts";
import { privateLinkServicesCommand } from "./pls.ts";
import { orphansCommand } from "./orphans.ts";
import { policyCommand } from "./policy.ts";
import { queueCommand } from "./queue/command.ts";
import { schemaCommand } from "./schema.ts";
import { signInProblem } from "./signIn.ts";
import { stopCommands } from "./stop.ts";
import { trustExtraAuthority } from "./trust.ts";
import { allowUnread } from "./unread.ts";
import { messageOf } from "../shared/core/messageOf.ts";

const program = new Command("mooring")
  .description(
    "Keeps AKS internal load balancers and Private Link Services moored to what their Services declare.",
  )
  .version(VERSION)
  .option("-o, --output <format>", "table, json or yaml; check and audit know more", "table");

for (const command of [
  checkCommand(),
  explainCommand(),
  doctorCommand(),
  clustersCommand(),
  ipCommand(),
  privateLinkServicesCommand(),
  connectionsCommand(),
  policyCommand(),
  auditCommand(),
  findingsCommand(),
  orphansCommand(),
  deployCommand(),
  queueCommand(),
  schemaCommand(),
  ...journalCommands(),
  ...stopCommands(),
])
  program.addCommand(command);
inherit(program);

allowUnread([process.stdout, process.stderr]);
try {
  trustExtraAuthority();
  await program.parseAsync();
} catch (error) {
  process.exitCode = tell(error);
}

function inherit(command: Command, path = command.name()): void {
  command
    .exitOverride()
    .configureOutput({ writeErr })
    .showHelpAfterError(`(${path} --help shows what there is)`);
  for (const child of command.commands) inherit(child, `${path} ${child.name()}`);
}

/** What is wrong with arguments quotes them. */
function writeErr(text: string): void {
  process.stderr.write(text.split("\n").map(inert).join("\n"));
}

/** Exit code 2 for what the caller can mend, 1 for what failed; never a stack trace. */
function tell(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof InvalidInput) {
    for (const problem of error.problems) console.error(`mooring: ${inert(problem)}`);
    return 2;
  }
  const why = signInProblem(error) ?? messageOf(error);
  console.error(`mooring: ${inert(why)}`);
  return 1;
}
