/** What one check of an installation is: it reads facts within a time, and judges them. The judging is pure. */
import type { Policy } from "../policy/policy.ts";
import type { Run } from "../ports/ports.ts";
import type { Installation, Outside } from "../ports/installation.ts";
import type { Line } from "./report.ts";

/** What the checks look at. */
export interface Look {
  readonly run: Run;
  readonly installation: Installation;
  readonly outside: Outside;
  /** The one in force; the default if the stored one cannot be read (check `policy` tells). */
  readonly policy: () => Promise<Policy>;
  /** Origin of the app, if it is known. */
  readonly appUrl?: string;
  /** Resource id of the Function App, if it is known. */
  readonly appId?: string;
  /** Object id of the app's identity; absent: whoever asks is the app. */
  readonly principalId?: string;
  /** Ends when the check's time is over. */
  readonly signal: AbortSignal;
  readonly version: string;
  readonly nodeVersion: string;
}

export type Outcome = Omit<Line, "check">;

export interface Check {
  readonly id: string;
  readonly title: string;
  /** What it means for people if it is not so. */
  readonly docs: string;
  /** Checks before it in the table: if one of them could not be made, neither can this one. */
  readonly needs: readonly string[];
  /** How long it may take. */
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

/** The check, and its judge by itself for tests. */
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

interface Wrong {
  readonly message: string;
  readonly advice: string;
  readonly about?: string | undefined;
}

export function warn({ about, ...wrong }: Wrong): Outcome {
  return { state: "warn", ...wrong, ...(about !== undefined && { about }) };
}

export function fail({ about, ...wrong }: Wrong): Outcome {
  return { state: "fail", ...wrong, ...(about !== undefined && { about }) };
}
