import { readStanding } from "../../storage/schema.ts";
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
  title: "Tables, queues and containers answer and may be written",
  docs: "Each is asked to delete something that is never there: the answer tells whether a write would be allowed, and nothing changes.",
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
      message: `may not be written: ${forbidden.join(", ")}`,
      advice: `give the identity ${ROLES[kind]} on the storage account`,
    });
  const there = parts.filter(({ is }) => is === "there").length;
  const later = parts.length - there;
  return ok(
    `${there} may be written${later > 0 ? `; ${later} not made yet, as nobody has needed them` : ""}`,
    `${kind}s`,
  );
}

export const schema = defineCheck({
  id: "schema",
  title: "The stored data are of the form that this version knows",
  docs: "An app that knows less than what is stored refuses to write.",
  needs: ["storage"],
  read: ({ run }) => readStanding(run.ports.tables),
  judge({ stored, known, is, upgradingTo, problem }) {
    if (problem !== undefined)
      return fail({ message: problem, advice: "deploy the newer version, and use its command line" });
    if (is === "older")
      return warn({
        message: `the stored data are of schema ${stored}, this version knows ${known}${upgradingTo === undefined ? "" : ", and upgrades them now"}`,
        advice: "the app upgrades them when it starts; if it stays so, see its log",
      });
    return ok(`schema ${stored}`);
  },
});

export const policy = defineCheck({
  id: "policy",
  title: "The policy in force is whole",
  docs: "A stored policy that cannot be read is not in force: the last good one is.",
  needs: ["storage"],
  read: ({ run }) => policyProblems(run),
  judge: (problems) =>
    problems.length === 0
      ? ok("whole")
      : fail({ message: problems.join("; "), advice: "apply a good one: mooring policy apply FILE" }),
});

export const writing = defineCheck({
  id: "writing",
  title: "Nobody has stopped writing",
  docs: "While `mooring stop` is in force nothing is repaired, approved or removed.",
  needs: ["storage"],
  read: ({ run }) => readStop(run),
  judge: (stop) =>
    stop === undefined
      ? ok("not stopped")
      : warn({
          message: `stopped since ${stop.sinceUtc}: ${stop.why}`,
          advice: "let Mooring write again: mooring resume",
        }),
});

const STUCK_MINUTES = 15;
const MINUTE = 60_000;
const POISON = "-poison";

export const queues = defineCheck({
  id: "queues",
  title: "Work is done, and none has failed for good",
  docs: "What failed five times, or was not possible after ten re-sends, is in the poison queue; a message that no worker receives means that the app does not run.",
  needs: ["storage"],
  seconds: 20,
  read: ({ run }) => readQueues(run),
  judge: (all, nowUtc) => all.flatMap((queue) => judgeQueue(queue, nowUtc)),
});

interface NamedQueue {
  readonly name: string;
  /** About how many. */
  readonly messages: number;
  /** Since when the oldest that a worker may see could have been worked on; absent if there is none. */
  readonly oldestSentAtUtc?: string;
}

/** Every queue, and the one beside it for what has failed for good. */
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
            message: `${messages} ${messages === 1 ? "message has" : "messages have"} failed for good`,
            advice: `mooring queue show ${name.slice("mooring-".length, -POISON.length)} tells why; mooring queue replay tries again`,
          }),
        ];
  const minutes =
    oldestSentAtUtc === undefined ? 0 : (Date.parse(nowUtc) - Date.parse(oldestSentAtUtc)) / MINUTE;
  if (minutes > STUCK_MINUTES)
    return [
      fail({
        about: name,
        message: `a message waits since ${oldestSentAtUtc}, and nobody takes it`,
        advice: "see that the app runs and may read its queues; its log tells why it does not",
      }),
    ];
  return [ok(`${messages} waiting`, name)];
}
