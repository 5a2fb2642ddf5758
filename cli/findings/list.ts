import type { Command } from "commander";
import { FindingQuery } from "../../shared/audit/query.ts";
import { subjectOf } from "../../shared/audit/report/model.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { openApi } from "../api/open.ts";
import { listAll, type Query } from "../api/operations.ts";
import { print } from "../print.ts";

export async function list(_options: unknown, command: Command): Promise<void> {
  const { state, severity, check, cluster, scope } = command.opts<Query>();
  const query = readQuery({ state, severity, check, cluster, scope });
  const rows = await listAll(await openApi(command), "listFindings", { query });
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
function readQuery(options: Query): FindingQuery {
  const parsed = FindingQuery.safeParse(options);
  const malformed = parsed.error?.issues.map(({ path, message }) => {
    const name = path.join(".");
    return `--${name} ${options[name]}: ${message}`;
  });
  if (parsed.success) return parsed.data;
  throw new InvalidInput(malformed ?? []);
}
