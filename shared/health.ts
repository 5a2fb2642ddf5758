/** What the health function tells: whether settings are whole and storage answers. No values, no names of resources. */
import { InvalidInput } from "./errors.ts";
import { parseSettings } from "./settings.ts";
import type { Ports } from "./ports.ts";
import { VERSION } from "./version.ts";

export interface Health {
  readonly status: "ok" | "failing";
  readonly problems: readonly string[];
  readonly version: string;
}

/** Never throws: a health check that fails is an answer. `ports` is called only if the settings are whole. */
export async function checkHealth(
  env: Readonly<Record<string, string | undefined>>,
  ports: () => Promise<Ports>,
): Promise<Health> {
  try {
    parseSettings(env);
    await (await ports()).tables.policies.get("policy", "current");
    return { status: "ok", problems: [], version: VERSION };
  } catch (error) {
    return { status: "failing", problems: problemsOf(error), version: VERSION };
  }
}

function problemsOf(error: unknown): readonly string[] {
  return error instanceof InvalidInput ? error.problems : ["storage does not answer"];
}
