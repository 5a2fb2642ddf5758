import { readSchemaStatus } from "../../storage/schema.ts";
import { policyProblems } from "../../policy/policyStore.ts";
import { readStop } from "../../changes/stop.ts";
import type { Run } from "../../ports/ports.ts";
import { QUEUES, type QueueState } from "../../ports/queue.ts";
import { defineCheck, fail, ok, warn, type Outcome } from "../check.ts";
import type { StoragePart } from "../../ports/installation.ts";
import { waitForAll } from "../../core/waitForAll.ts";

const ROLES = {
  table: "Storage Table Data Contributor",
  queue: "Storage Queue Data Contributor",
  container: "Storage Blob Data Contributor",
} as const;

export const storage = defineCheck({
  id: "storage",
  title: "Tables, queues and containers are reachable and writable",
  docs: "Sends a delete of an item that never exists: the response shows whether writes are allowed, and nothing changes.",
  seconds: 20,
  read: ({ installation }) => installation.storage(),
  judge: (parts) => (["table", "queue", "container"] as const).map((kind) => judgeKind(kind, parts)),
});

function judgeKind(kind: StoragePart["kind"], all: readonly StoragePart[]): Outcome {
  const parts = all.filter((part) => part.kind === kind);
  const forbidden = parts.filter(({ is }) => is === "forbidden").map(({ name }) => name);
  if (forbidden.length > 0)
    return fail({
      about: `${kind}s`,
      message: `no permission to write: ${forbidden.join(", ")}`,
      advice: `assign ${ROLES[kind]} on the storage account to the identity`,
    });
  const existing = parts.filter(({ is }) => is === "there").length;
  const later = parts.length - existing;
  return ok(
    `${existing} writable${later > 0 ? `; ${later} not created yet (created when needed)` : ""}`,
    `${kind}s`,
  );
}

export const schema = defineCheck({
  id: "schema",
  title: "This version supports the schema of the stored data",
  docs: "An app refuses to work with stored data of another schema version.",
  needs: ["storage"],
  read: ({ run }) => readSchemaStatus(run.ports.tables),
  judge({ stored, is, problem }) {
    if (problem !== undefined)
      return fail({
        message: problem,
        advice:
          is === "newer"
            ? "deploy the newer version and use its CLI"
            : "start with empty storage, as docs/platform/upgrade.md describes",
      });
    return ok(is === "empty" ? "no stored data yet" : `schema ${stored}`);
  },
});

export const policy = defineCheck({
  id: "policy",
  title: "The stored policy is valid",
  docs: "If the stored policy is invalid, the last valid one stays active.",
  needs: ["storage"],
  read: ({ run }) => policyProblems(run),
  judge: (problems) =>
    problems.length === 0
      ? ok("valid")
      : fail({ message: problems.join("; "), advice: "apply a valid policy with mooring policy apply FILE" }),
});

export const writing = defineCheck({
  id: "writing",
  title: "Writes to Azure are allowed",
  docs: "After `mooring stop`, Mooring repairs, approves and removes nothing.",
  needs: ["storage"],
  read: ({ run }) => readStop(run),
  judge: (stop) =>
    stop === undefined
      ? ok("allowed")
      : warn({
          message: `stopped since ${stop.sinceUtc}: ${stop.why}`,
          advice: "allow writes again with mooring resume",
        }),
});

const STUCK_MINUTES = 15;
const MINUTE = 60_000;
const POISON = "-poison";

export const queues = defineCheck({
  id: "queues",
  title: "Queues are processed, and the poison queues are empty",
  docs: "A message moves to the poison queue after five failures or ten deferrals. A message that no worker receives means that the app does not run.",
  needs: ["storage"],
  seconds: 20,
  read: ({ run }) => readQueues(run),
  judge: (all, nowUtc) => all.flatMap((queue) => judgeQueue(queue, nowUtc)),
});

interface NamedQueue {
  readonly name: string;
  /** Approximate number of messages. */
  readonly messages: number;
  /** When the oldest visible message became visible; absent if there is none. */
  readonly oldestSentAtUtc?: string;
}

/** Every queue and its poison queue. */
export async function readQueues({ ports: { queue } }: Run): Promise<NamedQueue[]> {
  const states = QUEUES.flatMap((name) => [
    queue.state(name).then((state) => toNamed(name, state)),
    queue.poisonState(name).then((state) => toNamed(`${name}${POISON}`, state)),
  ]);
  return waitForAll(states);
}

function toNamed(name: string, { length, oldestAtUtc }: QueueState): NamedQueue {
  return {
    name: `mooring-${name}`,
    messages: length,
    ...(oldestAtUtc !== undefined && { oldestSentAtUtc: oldestAtUtc }),
  };
}

function judgeQueue({ name, messages, oldestSentAtUtc }: NamedQueue, nowUtc: string): Outcome[] {
  if (name.endsWith(POISON))
    return messages === 0
      ? []
      : [
          warn({
            about: name,
            message: `${messages} ${messages === 1 ? "message has" : "messages have"} permanently failed`,
            advice: `mooring queue show ${name.slice("mooring-".length, -POISON.length)} shows the errors; mooring queue replay retries the messages`,
          }),
        ];
  const minutes =
    oldestSentAtUtc === undefined ? 0 : (Date.parse(nowUtc) - Date.parse(oldestSentAtUtc)) / MINUTE;
  if (minutes > STUCK_MINUTES)
    return [
      fail({
        about: name,
        message: `a message has been pending since ${oldestSentAtUtc}, and no worker receives it`,
        advice: "check that the app runs and may read its queues; its log shows errors",
      }),
    ];
  return [ok(`${messages} pending`, name)];
}
