import type { Command } from "commander";
import { closest } from "fastest-levenshtein";
import { listChecks } from "../../shared/drift/checks.ts";
import { stateOf } from "../../shared/drift/finding.ts";
import { FindingQuery, queryFindings } from "../../shared/drift/query.ts";
import { subjectOf } from "../../shared/drift/report/model.ts";
import { InvalidInput } from "../../shared/errors.ts";
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

/** @throws InvalidInput naming every option that is wrong */
function readQuery(options: Readonly<Record<string, string>>): FindingQuery {
  const parsed = FindingQuery.safeParse(options);
  const malformed = parsed.error?.issues.map(({ path, message }) => {
    const name = path.join(".");
    return `--${name} ${options[name]}: ${message}`;
  });
  const problems = [...(malformed ?? []), ...unknownCheck(options.check)];
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new InvalidInput(problems);
}

/** Nothing found would else be good news. */
function unknownCheck(check: string | undefined): string[] {
  const known = listChecks().map(({ id }) => id);
  if (check === undefined || known.includes(check.toLowerCase())) return [];
  return [`--check ${check}: there is none; did you mean ${closest(check, known)}?`];
}
