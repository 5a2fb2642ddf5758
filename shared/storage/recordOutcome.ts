/** Records how operations ended, for each of their subjects. Nothing is recorded of work that another process does. */
import { Superseded } from "../core/errors.ts";
import { messageOf } from "../core/messageOf.ts";
import type { Run } from "../ports/ports.ts";
import type { Row, Write } from "../ports/table.ts";
import { writeRows } from "./writeRows.ts";
import { clusterSubject, toFailure, type Operation, type Outcome } from "./outcome.ts";

/** By subject: what it failed with; `undefined` if it succeeded. */
type Results = Map<string, unknown>;

/** What the work reports of single subjects while it goes on with the others. */
export interface Notes {
  /** The first failure of a subject is its cause. */
  failed(subject: string, error: unknown): void;
  /** Of a subject that was not named before; a failure outweighs it. */
  succeeded(subject: string): void;
}

interface Whole {
  readonly operation: Operation;
  /** They succeed if the work ends without a failure of theirs, and all fail if it throws. */
  readonly subjects: readonly string[];
}

/**
 * Runs work that covers every subject of its operation, and records each. Rows of subjects that the work did not cover are removed.
 * @throws what the work throws
 */
export async function recordWhole<T>(
  run: Run,
  { operation, subjects }: Whole,
  work: (notes: Notes) => Promise<T>,
): Promise<T> {
  const results: Results = new Map();
  const value = await work(notesOf(results)).catch(async (error: unknown) => {
    await recordFailure(run, operation, withRest(results, subjects, error), error);
    throw error;
  });
  await replaceRows(run, operation, withRest(results, subjects));
  return value;
}

function notesOf(results: Results): Notes {
  return {
    failed: (subject, error) => void (results.get(subject) ?? results.set(subject, error)),
    succeeded: (subject) => void (results.has(subject) || results.set(subject, undefined)),
  };
}

function withRest(results: Results, subjects: readonly string[], error?: unknown): Results {
  return new Map([...subjects.map((one): [string, unknown] => [one, error]), ...results]);
}

/** Runs work on one subject, and records how it ended. @throws what the work throws */
export async function recordOne<T>(
  run: Run,
  { operation, subject }: Pick<Outcome, "operation" | "subject">,
  work: () => Promise<T>,
): Promise<T> {
  const value = await work().catch(async (error: unknown) => {
    await recordFailure(run, operation, new Map([[subject, error]]), error);
    throw error;
  });
  await recordOutcome(run, { operation, subject });
  return value;
}

/** @param outcome without `error`: it succeeded */
export async function recordOutcome(
  run: Run,
  { operation, subject, error }: Pick<Outcome, "operation" | "subject"> & { readonly error?: unknown },
): Promise<void> {
  await putRows(run, operation, new Map([[subject, error]]));
}

/** A failure that cannot be recorded must not hide what failed. */
async function recordFailure(
  run: Run,
  operation: Operation,
  results: Results,
  error: unknown,
): Promise<void> {
  if (error instanceof Superseded) return;
  await putRows(run, operation, results).catch((lost: unknown) =>
    run.log.warn("the outcome could not be recorded", { operation, why: messageOf(lost) }),
  );
}

async function putRows(run: Run, operation: Operation, results: Results): Promise<void> {
  const { outcomes } = run.ports.tables;
  const rows: Row<Outcome>[] = [];
  for (const subject of results.keys()) {
    const row = await outcomes.get(operation, subject);
    if (row) rows.push(row);
  }
  await writeRows(outcomes, operation, toWrites(run, operation, { rows, results }));
}

async function replaceRows(run: Run, operation: Operation, results: Results): Promise<void> {
  const { outcomes } = run.ports.tables;
  const rows = await Array.fromAsync(outcomes.list(operation));
  const others = rows.filter(({ key }) => !results.has(key));
  await writeRows(outcomes, operation, [
    ...toWrites(run, operation, { rows, results }),
    ...others.map(({ key }): Write<Outcome> => ({ do: "remove", key })),
  ]);
}

interface Change {
  readonly rows: readonly Row<Outcome>[];
  readonly results: Results;
}

function toWrites(run: Run, operation: Operation, { rows, results }: Change): Write<Outcome>[] {
  const atUtc = run.now().toISOString();
  const before = new Map(rows.map(({ key, value }) => [key, value]));
  return [...results].map(([subject, error]) => {
    const known = before.get(subject) ?? { operation, subject };
    return { do: "put", key: subject, value: next(known, error, atUtc) };
  });
}

function next({ failingSinceUtc, ...known }: Outcome, error: unknown, atUtc: string): Outcome {
  if (error === undefined) return { ...known, succeededAtUtc: atUtc };
  return { ...known, failingSinceUtc: failingSinceUtc ?? atUtc, failure: toFailure(error, atUtc) };
}

/** Of subjects that do not exist any more, or are not watched. */
export async function keepOutcomes(
  run: Run,
  operation: Operation,
  isKept: (subject: string) => boolean,
): Promise<void> {
  const { outcomes } = run.ports.tables;
  for await (const { key } of outcomes.list(operation))
    if (!isKept(key)) await outcomes.transact(operation, [{ do: "remove", key }]);
}

/** What was recorded of the cluster's lists is not that of another cluster of the same name. */
export async function forgetLists(run: Run, cluster: string): Promise<void> {
  await run.ports.tables.outcomes.transact("list", [{ do: "remove", key: clusterSubject(cluster) }]);
}
