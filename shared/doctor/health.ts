/** The readiness check: settings valid, storage reachable, schema supported. Contains no values and no resource names. */
import { InvalidInput } from "../core/errors.ts";
import { parseSettings, settingWarnings } from "../core/settings.ts";
import { createCache, type Cache } from "../core/cache.ts";
import { listFailing, REASONS, type Failing } from "../storage/outcome.ts";
import type { Ports } from "../ports/ports.ts";
import { QUEUES, type Queue } from "../ports/queue.ts";
import { readSchemaStatus } from "../storage/schema.ts";
import { VERSION } from "../core/version.ts";
import { waitForAll } from "../core/waitForAll.ts";

export interface Health {
  /** `degraded`: the app works, but the last run of an operation failed. */
  readonly status: "ok" | "degraded" | "failing";
  readonly problems: readonly string[];
  /** Warnings that do not affect the status; absent if there are none. */
  readonly warnings?: readonly string[];
  readonly version: string;
}

const COUNT_SECONDS = 30;
/** The endpoint is public: limits how often queues are counted. */
const counted = new WeakMap<Queue, Cache<readonly string[]>>();

/** Never throws: failures are part of the result. Calls `ports` only if the settings are valid. */
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

/** Without names of subscriptions and clusters, because the endpoint is public. A failure to read is a problem, too. */
async function failingOperations(ports: Ports): Promise<readonly string[]> {
  try {
    const failing = await listFailing({ ports });
    return [...Map.groupBy(failing, ({ operation }) => operation).values()].map(toProblem);
  } catch {
    return ["failing operations cannot be read from storage"];
  }
}

function toProblem(failing: readonly Failing[]): string {
  const [sinceUtc] = failing.map(({ failingSinceUtc }) => failingSinceUtc).toSorted();
  const reasons = [...new Set(failing.map(({ failure }) => REASONS[failure.reason]))].toSorted();
  const count = `${failing.length} ${failing.length === 1 ? "subject" : "subjects"}`;
  return `${failing[0]?.operation} fails for ${count} since ${sinceUtc} (${reasons.join(", ")}); see: mooring doctor`;
}

/** Messages in the poison queues. Empty if they cannot be counted. */
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
    const { problem } = await readSchemaStatus((await ports()).tables);
    return problem === undefined ? [] : [problem];
  } catch (error) {
    return problemsOf(error);
  }
}

function problemsOf(error: unknown): readonly string[] {
  return error instanceof InvalidInput ? error.problems : ["storage is unavailable"];
}
