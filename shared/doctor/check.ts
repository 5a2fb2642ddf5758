/** Type of a doctor check: it reads facts within a timeout and evaluates them. The evaluation is pure. */
import type { Policy } from "../policy/policy.ts";
import type { Run } from "../ports/ports.ts";
import type { Installation, Outside } from "../ports/installation.ts";
import type { Line } from "./report.ts";

/** Context of the checks. */
export interface Look {
  readonly run: Run;
  readonly installation: Installation;
  readonly outside: Outside;
  /** The active policy; the default if the stored one cannot be read (check `policy` reports that). */
  readonly policy: () => Promise<Policy>;
  /** Origin of the app, if configured. */
  readonly appUrl?: string;
  /** Resource id of the Function App, if configured. */
  readonly appId?: string;
  /** Object id of the identity of the app; absent: the current identity. */
  readonly principalId?: string;
  /** Aborted at the timeout of the check. */
  readonly signal: AbortSignal;
  readonly version: string;
  readonly nodeVersion: string;
}

export type Outcome = Omit<Line, "check">;

export interface Check {
  readonly id: string;
  readonly title: string;
  /** What a failure means. */
  readonly docs: string;
  /** Earlier checks of the table: if one of them could not run, this one is skipped. */
  readonly needs: readonly string[];
  /** Timeout. */
  readonly seconds: number;
  look(look: Look): Promise<readonly Outcome[]>;
}

interface Definition<Facts> extends Omit<Check, "look" | "needs" | "seconds"> {
  readonly needs?: readonly string[];
  readonly seconds?: number;
  readonly read: (look: Look) => Promise<Facts>;
  readonly judge: (facts: Facts, nowUtc: string) => Outcome | readonly Outcome[];
}

const SECONDS = 10;

/** The check, with its evaluation for tests. */
export function defineCheck<Facts>(definition: Definition<Facts>): Check & Pick<Definition<Facts>, "judge"> {
  const { id, title, docs, needs = [], seconds = SECONDS, read, judge } = definition;
  return {
    id,
    title,
    docs,
    needs,
    seconds,
    judge,
    async look(look) {
      const facts = await read(look);
      return [judge(facts, look.run.now().toISOString())].flat();
    },
  };
}

export function ok(message: string, about?: string): Outcome {
  return { state: "ok", message, ...(about !== undefined && { about }) };
}

export function skipped(message: string, about?: string): Outcome {
  return { state: "skipped", message, ...(about !== undefined && { about }) };
}

interface Problem {
  readonly message: string;
  readonly advice: string;
  readonly about?: string | undefined;
}

export function warn({ about, ...problem }: Problem): Outcome {
  return { state: "warning", ...problem, ...(about !== undefined && { about }) };
}

export function fail({ about, ...problem }: Problem): Outcome {
  return { state: "fail", ...problem, ...(about !== undefined && { about }) };
}
