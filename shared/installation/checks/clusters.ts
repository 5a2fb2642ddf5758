import pLimit from "p-limit";
import type { Cluster, Token } from "../../clusters/model.ts";
import { listClusters } from "../../clusters/registry.ts";
import type { Snapshot } from "../../intents/model.ts";
import { canonicalId, parseResourceId } from "../../network/resourceId.ts";
import type { Run } from "../../ports.ts";
import { defineCheck, fail, ok, skipped, warn, type Look, type Outcome } from "../check.ts";
import { judgeCertificate } from "./app.ts";

const AT_ONCE = 8;
/** Many clusters, one read after another of each. */
const SECONDS = 60;
const MINUTE = 60_000;
const NONE = "no cluster that exists is registered: mooring clusters add";

interface Seen {
  readonly name: string;
  readonly snapshot?: Snapshot;
  readonly staleMinutes: number;
}

export const snapshots = defineCheck({
  id: "snapshots",
  title: "Each cluster sends its Services",
  docs: "What a cluster declares is known from its snapshots; without a fresh one no orphan of it can be proved.",
  needs: ["storage"],
  seconds: SECONDS,
  async read({ run, policy }): Promise<Seen[]> {
    const { snapshotStaleMinutes: staleMinutes } = await policy();
    return eachCluster(run, async ({ name }) => ({ name, staleMinutes, ...(await snapshotOf(run, name)) }));
  },
  judge: (all, nowUtc) => (all.length === 0 ? skipped(NONE) : all.map((one) => judgeSnapshot(one, nowUtc))),
});

function judgeSnapshot({ name, snapshot, staleMinutes }: Seen, nowUtc: string): Outcome {
  const advice = "look at the job in the cluster: kubectl -n mooring get cronjob,job,pod";
  if (!snapshot) return fail({ about: name, message: "has never sent a snapshot", advice });
  const { takenAtUtc, services } = snapshot;
  const minutes = (Date.parse(nowUtc) - Date.parse(takenAtUtc)) / MINUTE;
  if (minutes > staleMinutes)
    return warn({
      about: name,
      message: `the last snapshot is of ${takenAtUtc}, older than ${staleMinutes} minutes`,
      advice,
    });
  return ok(`${services} ${services === 1 ? "Service" : "Services"}, sent at ${takenAtUtc}`, name);
}

interface Heard {
  readonly name: string;
  readonly snapshot?: Snapshot;
  /** When admission was last heard of. */
  readonly admittedAtUtc?: string;
}

export const webhooks = defineCheck({
  id: "webhooks",
  title: "Each cluster's webhook reaches the app",
  docs: "Told by what admission said and snapshots showed, and by the snapshot job, which asks the relay as an API server does.",
  needs: ["storage"],
  seconds: SECONDS,
  read: ({ run }): Promise<Heard[]> =>
    eachCluster(run, async ({ name }) => ({
      name,
      ...(await snapshotOf(run, name)),
      ...(await lastAdmission(run, name)),
    })),
  judge: (all, nowUtc) =>
    all.length === 0 ? skipped(NONE) : all.flatMap((one) => judgeWebhook(one, nowUtc)),
});

const LOOK_AT_RELAY =
  "look at the relay and the webhook: kubectl -n mooring get pods; kubectl get validatingwebhookconfiguration mooring";

function judgeWebhook(heard: Heard, nowUtc: string): Outcome[] {
  const silent = judgeSilence(heard) ?? judgeProbe(heard);
  if (silent) return [silent];
  const { name, snapshot } = heard;
  const endsAtUtc = snapshot?.webhook?.certificateEndsAtUtc;
  if (endsAtUtc === undefined) return [toHeard(heard)];
  const advice = `mooring clusters rotate ${name} --url … makes a new one; with cert-manager see its Certificate mooring-relay`;
  return [toHeard(heard), judgeCertificate({ endsAtUtc }, { nowUtc, about: `${name} relay`, advice })];
}

function judgeSilence({ name: about, snapshot, admittedAtUtc = "" }: Heard): Outcome | undefined {
  const missed = snapshot?.unannounced;
  if (!missed || admittedAtUtc > missed.lastAtUtc) return undefined;
  const { count, example, lastAtUtc } = missed;
  const changes = `${count} ${count === 1 ? "change" : "changes"} of Services`;
  const message = `admission did not announce ${changes} that snapshots show, ${example} among them (last seen ${lastAtUtc})`;
  return fail({ about, message, advice: LOOK_AT_RELAY });
}

function judgeProbe({ name: about, snapshot }: Heard): Outcome | undefined {
  const verdict = snapshot?.webhook?.verdict ?? "ok";
  if (!snapshot || verdict === "ok") return undefined;
  const message = `asked from inside the cluster at ${snapshot.takenAtUtc}, the relay failed: ${verdict}`;
  return fail({ about, message, advice: LOOK_AT_RELAY });
}

function toHeard({ name, snapshot, admittedAtUtc }: Heard): Outcome {
  const heard = [
    ...(admittedAtUtc === undefined ? [] : [`last admission at ${admittedAtUtc}`]),
    ...(snapshot?.webhook ? [`the relay answered from inside the cluster at ${snapshot.takenAtUtc}`] : []),
  ];
  if (heard.length > 0) return ok(heard.join("; "), name);
  return skipped("nothing has been admitted yet, and no snapshot job has asked the relay", name);
}

const DAY = 24 * 60 * MINUTE;

export const tokens = defineCheck({
  id: "tokens",
  title: "Each cluster has a token that lasts",
  docs: "During a rotation two are good: when the old one ends, a cluster that still uses it is shut out.",
  needs: ["storage"],
  read: ({ run }) => listClusters(run),
  judge: (all, nowUtc) => (all.length === 0 ? skipped(NONE) : all.map((one) => judgeTokens(one, nowUtc))),
});

function judgeTokens({ name, tokens }: Cluster, nowUtc: string): Outcome {
  const good = tokens.filter(({ endsAtUtc }) => endsAtUtc === undefined || endsAtUtc > nowUtc);
  const advice = `mooring clusters rotate ${name} --url … makes a new one and its manifests`;
  if (good.length === 0) return fail({ about: name, message: "has no token that is still good", advice });
  const ending = good.find((token) => endsSoon(token, nowUtc));
  if (ending)
    return warn({
      about: name,
      message: `the older of its tokens ends at ${ending.endsAtUtc}`,
      advice: "see that the manifests of the rotation are applied in the cluster before then",
    });
  return ok(`made at ${good[0]?.madeAtUtc}`, name);
}

function endsSoon({ endsAtUtc }: Token, nowUtc: string): boolean {
  return endsAtUtc !== undefined && Date.parse(endsAtUtc) - Date.parse(nowUtc) < DAY;
}

/** Of those that still exist: of what is gone nobody expects anything. */
async function eachCluster<T>(run: Look["run"], look: (cluster: Cluster) => Promise<T>): Promise<T[]> {
  const [clusters, present] = await Promise.all([listClusters(run), managedClusters(run)]);
  const limit = pLimit(AT_ONCE);
  const alive = clusters.filter(({ resourceId }) => isExpected(resourceId, present));
  return Promise.all(alive.map((cluster) => limit(() => look(cluster))));
}

type Present = ReadonlyMap<string, ReadonlySet<string>>;

/** Canonical ids by subscription; one that cannot be read is left out. */
async function managedClusters({ ports: { network, subscriptions } }: Run): Promise<Present> {
  const listed = await Promise.allSettled(subscriptions.map((one) => network.managedClusters(one)));
  return new Map(
    listed.flatMap((list, index) =>
      list.status === "fulfilled"
        ? [[subscriptions[index] ?? "", new Set(list.value.map(({ id }) => canonicalId(id)))] as const]
        : [],
    ),
  );
}

function isExpected(resourceId: string, present: Present): boolean {
  const listed = present.get(parseResourceId(resourceId)?.subscription.toLowerCase() ?? "");
  return listed?.has(canonicalId(resourceId)) ?? true;
}

async function snapshotOf(run: Run, name: string): Promise<{ readonly snapshot?: Snapshot }> {
  const row = await run.ports.tables.snapshots.get("all", name);
  return row ? { snapshot: row.value } : {};
}

async function lastAdmission(run: Run, cluster: string): Promise<{ readonly admittedAtUtc?: string }> {
  let last = "";
  for await (const { value } of run.ports.tables.intents.list(cluster))
    if (value.origin === "admission" && value.observedAtUtc > last) last = value.observedAtUtc;
  return last === "" ? {} : { admittedAtUtc: last };
}
