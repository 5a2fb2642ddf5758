import { Command } from "commander";
import { queryFindings } from "../shared/drift/query.ts";
import { parseResourceId } from "../shared/network/resourceId.ts";
import { open } from "./open.ts";
import { print } from "./print.ts";

export function findingsCommand(): Command {
  return new Command("findings").description("open findings of the last audit").action(listFindings);
}

async function listFindings(_options: unknown, command: Command): Promise<void> {
  const findings = await queryFindings(await open(), { state: "open" });
  print(command, findings, {
    severity: ({ severity }) => severity,
    check: ({ check }) => check,
    about: ({ about }) => nameOf(about),
    message: ({ message }) => message,
  });
}

function nameOf(id: string): string {
  return parseResourceId(id)?.name ?? id;
}
