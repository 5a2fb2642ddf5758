/** Finds unknown names in the environment that resemble settings: a misspelled one would be ignored silently. */
import { closest, distance } from "fastest-levenshtein";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Misnamed {
  readonly name: string;
  /** The most similar setting; absent if none is similar. */
  readonly meant?: string;
}

/** Names that only the command line and the tests read. */
const OTHERS = new Set([
  "MOORING_OPERATOR",
  "MOORING_CA_FILE",
  "MOORING_CHROMIUM",
  "MOORING_CONFIG",
  "MOORING_URL",
]);
const SANDBOX = /^MOORING_SANDBOX_/;
const FAR = 4;

/** Sorted by name. Pure. */
export function misnamed(env: Environment, settings: readonly string[]): Misnamed[] {
  return Object.keys(env)
    .filter((name) => /^mooring_/i.test(name) && env[name] !== undefined)
    .filter((name) => !(settings.includes(name) || OTHERS.has(name) || SANDBOX.test(name)))
    .toSorted()
    .map((name) => {
      const nearest = closest(name.toUpperCase(), settings);
      return distance(name.toUpperCase(), nearest) < FAR ? { name, meant: nearest } : { name };
    });
}
