/** Names in the environment that look like settings and are none: a misspelt one would be ignored without a word. */
import { closest, distance } from "fastest-levenshtein";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Misnamed {
  readonly name: string;
  /** The setting that somebody may have meant; absent if none is near. */
  readonly meant?: string;
}

/** Read by the command line and the tests. */
const OTHERS = new Set(["MOORING_OPERATOR", "MOORING_CA_FILE", "MOORING_CHROMIUM"]);
const SANDBOX = /^MOORING_SANDBOX_/;
const FAR = 4;

/** In order of their names. Pure. */
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
