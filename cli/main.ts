#!/usr/bin/env node
/** `mooring`: the CLI. Each command has its own file. Commands use the API of the current context, or storage and Azure directly. */
import { Command, CommanderError } from "commander";
import { InvalidInput } from "../shared/core/errors.ts";
import { inert } from "../shared/core/inert.ts";
import { VERSION } from "../shared/core/version.ts";
import { auditCommand } from "./audit/command.ts";
import { checkCommand } from "./check/command.ts";
import { ApiFailure } from "./api/operations.ts";
import { clustersCommand } from "./clusters/command.ts";
import { connectionsCommand } from "./connections.ts";
import { contextCommand } from "./contexts/command.ts";
import { deployCommand } from "./deploy/command.ts";
import { doctorCommand } from "./doctor/command.ts";
import { explainCommand } from "./explain.ts";
import { findingsCommand } from "./findings/command.ts";
import { ipCommand } from "./ip/command.ts";
import { journalCommands } from "./journal.ts";
import { privateLinkServicesCommand } from "./pls.ts";
import { loginCommands } from "./login/command.ts";
import { orphansCommand } from "./orphans/command.ts";
import { policyCommand } from "./policy/command.ts";
import { queueCommand } from "./queue/command.ts";
import { schemaCommand } from "./schema.ts";
import { refusalsCommand } from "./refusals.ts";
import { signInProblem } from "./signIn.ts";
import { stopCommands } from "./stop.ts";
import { trustExtraAuthority } from "./trust.ts";
import { allowUnread } from "./unread.ts";
import { messageOf } from "../shared/core/messageOf.ts";

const program = new Command("mooring")
  .description(
    "Keeps AKS internal load balancers and Private Link Services in sync with the Service annotations.",
  )
  .version(VERSION)
  .option("-o, --output <format>", "table, wide, json or yaml; check and audit have more", "table");

for (const command of [
  ...loginCommands(),
  contextCommand(),
  checkCommand(),
  explainCommand(),
  doctorCommand(),
  clustersCommand(),
  ipCommand(),
  privateLinkServicesCommand(),
  connectionsCommand(),
  policyCommand(),
  refusalsCommand(),
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
  process.exitCode = printError(error);
}

function inherit(command: Command, path = command.name()): void {
  command.exitOverride().configureOutput({ writeErr }).showHelpAfterError(`(see ${path} --help)`);
  for (const child of command.commands) inherit(child, `${path} ${child.name()}`);
}

/** Error messages quote arguments, which may contain control characters. */
function writeErr(text: string): void {
  process.stderr.write(text.split("\n").map(inert).join("\n"));
}

/** Returns exit code 2 for invalid input, 1 for failures. Never prints a stack trace. */
function printError(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof InvalidInput) {
    for (const problem of error.problems) console.error(`mooring: ${inert(problem)}`);
    return 2;
  }
  if (error instanceof ApiFailure) {
    for (const problem of error.problems) console.error(`mooring: ${inert(problem)}`);
    // Other arguments would avoid these.
    return error.status === 400 || error.status === 404 ? 2 : 1;
  }
  const why = signInProblem(error) ?? messageOf(error);
  console.error(`mooring: ${inert(why)}`);
  return 1;
}
