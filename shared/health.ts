/** What the health function tells: whether settings are whole, storage answers, and its data fit this version. No values, no names of resources. */
import { InvalidInput } from "./errors.ts";
import { parseSettings, settingWarnings } from "./settings.ts";
import { createCache, type Cache } from "./cache.ts";
import type { Ports } from "./ports.ts";
import { QUEUES, type Queue } from "./storage/queue.ts";
import { readStanding } from "./storage/schema.ts";
import { VERSION } from "./version.ts";
import { waitForAll } from "./waitForAll.ts";

export interface Health {
  readonly status: "ok" | "failing";
  readonly problems: readonly string[];
  /** What is no problem and worth a look; absent if nothing is. */
  readonly warnings?: readonly string[];
  readonly version: string;
}

const COUNT_SECONDS = 30;
/** Anyone may ask for the health: the queues are counted no more often than that. */
const counted = new WeakMap<Queue, Cache<readonly string[]>>();

/** Never throws: a health check that fails is an answer. `ports` is called only if the settings are whole. */
export async function checkHealth(
  env: Readonly<Record<string, string | undefined>>,
  ports: () => Promise<Ports>,
): Promise<Health> {
  const problems = await findProblems(env, ports);
  const failed = problems.length === 0 ? await failedWork((await ports()).queue) : [];
  const warnings = [...settingWarnings(env), ...failed];
  return {
    status: problems.length === 0 ? "ok" : "failing",
    problems,
    ...(warnings.length > 0 && { warnings }),
    version: VERSION,
  };
}

/** Work in the poison queues, whether it failed or was given up. Empty if it cannot be counted. */
function failedWork(queue: Queue): Promise<readonly string[]> {
  const cache = counted.get(queue) ?? createCache<readonly string[]>(COUNT_SECONDS, () => new Date());
  counted.set(queue, cache);
  return cache.get("all", () => countFailed(queue)).catch(() => []);
}

async function countFailed(queue: Queue): Promise<readonly string[]> {
  const states = await waitForAll(QUEUES.map(async (name) => ({ name, ...(await queue.poisonState(name)) })));
  const some = states.filter(({ length }) => length > 0);
  return some.map(
    ({ name, length }) =>
      `queue ${name}: ${length} failed ${length === 1 ? "message" : "messages"}; see: mooring queue show ${name}`,
  );
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
