/** What the health function tells: whether settings are whole, storage answers, and its data fit this version. No values, no names of resources. */
import { InvalidInput } from "../core/errors.ts";
import { parseSettings, settingWarnings } from "../core/settings.ts";
import { createCache, type Cache } from "../core/cache.ts";
import { listFailing, REASONS, type Failing } from "../storage/outcome.ts";
import type { Ports } from "../ports/ports.ts";
import { QUEUES, type Queue } from "../ports/queue.ts";
import { readStanding } from "../storage/schema.ts";
import { VERSION } from "../core/version.ts";
import { waitForAll } from "../core/waitForAll.ts";

export interface Health {
  /** `degraded`: the app answers and works, and the last run of something failed. */
  readonly status: "ok" | "degraded" | "failing";
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
  const broken = await findProblems(env, ports);
  const [failed, failing] = broken.length === 0 ? await look(await ports()) : [[], []];
  const warnings = [...settingWarnings(env), ...failed];
  return {
    status: statusOf(broken, failing),
    problems: [...broken, ...failing],
    ...(warnings.length > 0 && { warnings }),
    version: VERSION,
  };
}

function look(ports: Ports): Promise<[failed: readonly string[], failing: readonly string[]]> {
  return waitForAll([failedWork(ports.queue), failingOperations(ports)]);
}

function statusOf(broken: readonly string[], failing: readonly string[]): Health["status"] {
  if (broken.length > 0) return "failing";
  return failing.length > 0 ? "degraded" : "ok";
}

/** Without names of subscriptions and clusters: anyone may ask. That it cannot be read is a problem as well. */
async function failingOperations(ports: Ports): Promise<readonly string[]> {
  try {
    const failing = await listFailing({ ports });
    return [...Map.groupBy(failing, ({ operation }) => operation).values()].map(toProblem);
  } catch {
    return ["what fails cannot be read"];
  }
}

function toProblem(failing: readonly Failing[]): string {
  const [sinceUtc] = failing.map(({ failingSinceUtc }) => failingSinceUtc).toSorted();
  const reasons = [...new Set(failing.map(({ failure }) => REASONS[failure.reason]))].toSorted();
  const count = `${failing.length} ${failing.length === 1 ? "subject" : "subjects"}`;
  return `${failing[0]?.operation} fails for ${count} since ${sinceUtc} (${reasons.join(", ")}); see: mooring doctor`;
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
