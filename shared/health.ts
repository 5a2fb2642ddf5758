/** What the health function tells: whether settings are whole, storage answers, and its data fit this version. No values, no names of resources. */
import { InvalidInput } from "./errors.ts";
import { parseSettings, settingWarnings } from "./settings.ts";
import type { Ports } from "./ports.ts";
import { readStanding } from "./storage/schema.ts";
import { VERSION } from "./version.ts";

export interface Health {
  readonly status: "ok" | "failing";
  readonly problems: readonly string[];
  /** What is no problem and worth a look; absent if nothing is. */
  readonly warnings?: readonly string[];
  readonly version: string;
}

/** Never throws: a health check that fails is an answer. `ports` is called only if the settings are whole. */
export async function checkHealth(
  env: Readonly<Record<string, string | undefined>>,
  ports: () => Promise<Ports>,
): Promise<Health> {
  const warnings = settingWarnings(env);
  const problems = await findProblems(env, ports);
  return {
    status: problems.length === 0 ? "ok" : "failing",
    problems,
    ...(warnings.length > 0 && { warnings }),
    version: VERSION,
  };
}

async function findProblems(
  env: Readonly<Record<string, string | undefined>>,
  ports: () => Promise<Ports>,
): Promise<readonly string[]> {
  try {
    parseSettings(env);
    const { problem } = await readStanding((await ports()).tables);
    return problem === undefined ? [] : [problem];
  } catch (error) {
    return problemsOf(error);
  }
}

function problemsOf(error: unknown): readonly string[] {
  return error instanceof InvalidInput ? error.problems : ["storage does not answer"];
}
