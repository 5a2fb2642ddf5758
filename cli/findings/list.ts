import type { Command } from "commander";
import { stateOf } from "../../shared/findings/finding.ts";
import { FindingQuery, queryFindings } from "../../shared/audit/query.ts";
import { subjectOf } from "../../shared/audit/report/model.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { open } from "../open.ts";
import { print } from "../print.ts";

export async function list(options: Readonly<Record<string, string>>, command: Command): Promise<void> {
  const query = readQuery(options);
  const run = await open();
  const nowUtc = run.now().toISOString();
  const rows = (await queryFindings(run, query)).map((finding) => ({
    ...finding,
    state: stateOf(finding, nowUtc),
  }));
  print(command, rows, {
    id: ({ id }) => id,
    severity: ({ severity }) => severity,
    ...(query.state !== "open" && { state: ({ state }) => state }),
    check: ({ check }) => check,
    about: ({ about }) => subjectOf(about).name,
    message: ({ message }) => message,
  });
}

/** @throws InvalidInput with every invalid option */
function readQuery(options: Readonly<Record<string, string>>): FindingQuery {
  const parsed = FindingQuery.safeParse(options);
  const malformed = parsed.error?.issues.map(({ path, message }) => {
    const name = path.join(".");
    return `--${name} ${options[name]}: ${message}`;
  });
  if (parsed.success) return parsed.data;
  throw new InvalidInput(malformed ?? []);
}
