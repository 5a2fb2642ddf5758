/**
 * Brings older data to the form that this code knows, step by step, one process at a time. It may die anywhere: whoever comes next goes
 * on. Never goes back. Called before anything else is done with the data, with ports that nothing guards.
 */
import { Conflict, NotYet, Refused } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import { withLease } from "./lease.ts";
import { newestOf, readStanding, SCHEMA, type SchemaRow } from "./schema.ts";
import type { Step } from "./steps.ts";
import type { Row } from "../ports/table.ts";
import { KNOWN_SECONDS } from "./watchSchema.ts";

/** Processes of the version before look at the row every few seconds; then they have stopped writing. */
export const NOTICE_SECONDS = 3 * KNOWN_SECONDS;
const ROUNDS = 8;

/** @throws Refused if the data are newer than this code · NotYet while another process upgrades, or older ones still may write */
export async function migrate(run: Run, steps: readonly Step[]): Promise<void> {
  await withLease(run, "schema", async () => {
    const { is, stored, problem } = await readStanding(run.ports.tables, steps);
    if (problem !== undefined) throw new Refused(problem);
    if (is === "current") return;
    await giveNotice(run, newestOf(steps));
    for (const step of steps.filter(({ to }) => to > stored)) await take(run, step);
  });
}

async function take(run: Run, step: Step): Promise<void> {
  await step.migrate(run);
  const { to, title } = step;
  await change(run, (row) => (row && row.version >= to ? undefined : { ...row, version: to }));
  run.log.info("stored data upgraded", { to, title });
}

/** Versions that look at the row get time to see it; without a row there are none. */
async function giveNotice(run: Run, to: number): Promise<void> {
  const row = await readRow(run);
  if (!row) return;
  const noticedAtUtc = run.now().toISOString();
  const { upgradingTo = 0, changedAtUtc } = row.value;
  if (upgradingTo < to) await change(run, (value) => value && { ...value, upgradingTo: to, noticedAtUtc });
  // A step that is done changes the row, and gives no new notice.
  const since = new Date(upgradingTo < to ? noticedAtUtc : (row.value.noticedAtUtc ?? changedAtUtc));
  const seconds = Math.ceil(NOTICE_SECONDS - (run.now().getTime() - since.getTime()) / 1000);
  if (seconds > 0)
    throw new NotYet(
      `the stored data are being upgraded from schema ${row.value.version} to ${to}: try again in ${seconds} seconds`,
      seconds,
    );
}

type Changed = Omit<SchemaRow, "changedAtUtc">;

async function change(run: Run, to: (row: SchemaRow | undefined) => Changed | undefined): Promise<void> {
  const { schema } = run.ports.tables;
  const { partition, key } = SCHEMA;
  for (let round = 0; round < ROUNDS; round += 1) {
    const row = await readRow(run);
    const changed = to(row?.value);
    if (!changed) return;
    const value = { ...changed, changedAtUtc: run.now().toISOString() };
    const written = await schema.transact(partition, [
      row ? { do: "replace", key, value, version: row.version } : { do: "insert", key, value },
    ]);
    if (written.ok) return;
  }
  throw new Conflict("the schema's row keeps changing");
}

function readRow(run: Run): Promise<Row<SchemaRow> | undefined> {
  return run.ports.tables.schema.get(SCHEMA.partition, SCHEMA.key);
}
