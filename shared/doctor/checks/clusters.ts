import type { Cluster, Token } from "../../declarations/clusterModel.ts";
import { listClusters } from "../../declarations/registry.ts";
import { readFeed } from "../../declarations/feed.ts";
import { foreignAdvice } from "../../declarations/identity.ts";
import type { Feed } from "../../declarations/model.ts";
import { listProposals } from "../../declarations/proposals.ts";
import { canonicalId, parseResourceId } from "../../azure/resourceId.ts";
import type { Run } from "../../ports/ports.ts";
import { defineCheck, fail, ok, skipped, warn, type Look, type Outcome } from "../check.ts";
import { judgeCertificate } from "./app.ts";
import { mapAtMost, waitForAll } from "../../core/waitForAll.ts";

const AT_ONCE = 8;
/** There may be many clusters, each with several reads. */
const SECONDS = 60;
const MINUTE = 60_000;
const NONE = "no existing cluster is registered; add one with mooring clusters add";

interface Reporting {
  readonly name: string;
  readonly feed?: Feed;
  readonly staleMinutes: number;
}

export const reports = defineCheck({
  id: "reports",
  title: "Each cluster reports its Services",
  docs: "Mooring needs current reports of a cluster to prove orphans and to repair drift. Without them it changes nothing of the cluster.",
  needs: ["storage"],
  seconds: SECONDS,
  async read({ run, policy }): Promise<Reporting[]> {
    const { staleMinutes } = await policy();
    return eachCluster(run, async ({ name }) => ({ name, staleMinutes, ...(await feedOf(run, name)) }));
  },
  judge: (all, nowUtc) => (all.length === 0 ? skipped(NONE) : all.map((one) => judgeReports(one, nowUtc))),
});

const CHECK_SENDER =
  "check the sender in the cluster: kubectl -n mooring logs deployment/mooring-declarations";

function judgeReports({ name: about, feed, staleMinutes }: Reporting, nowUtc: string): Outcome {
  const problem = feed?.problem ? `; last error of the sender: ${feed.problem.message}` : "";
  if (!feed?.confirmed || !feed.list)
    return fail({
      about,
      message: `has never sent a complete list of its Services${problem}`,
      advice: CHECK_SENDER,
    });
  const { confirmed, list, refused } = feed;
  if (refused && refused.atUtc > list.atUtc)
    return fail({
      about,
      message: `${refused.holder === undefined ? "another cluster" : `cluster ${refused.holder}`} (identity ${refused.identity}) sent its list with the token of this cluster at ${refused.atUtc}`,
      advice: foreignAdvice(about, refused),
    });
  const minutes = (Date.parse(nowUtc) - Date.parse(confirmed.atUtc)) / MINUTE;
  if (minutes > staleMinutes)
    return warn({
      about,
      message: `last confirmed its Services at ${confirmed.atUtc}, more than ${staleMinutes} minutes ago${problem}`,
      advice: CHECK_SENDER,
    });
  return ok(
    `${list.services} ${list.services === 1 ? "Service" : "Services"}, confirmed at ${confirmed.atUtc}`,
    about,
  );
}

interface Admission {
  readonly name: string;
  readonly feed?: Feed;
  /** Time of the last admission request. */
  readonly admittedAtUtc?: string;
}

export const webhooks = defineCheck({
  id: "webhooks",
  title: "The admission webhook of each cluster reaches the app",
  docs: "Compares admission requests with the reports of the cluster, and uses the probe of the relay by the sender.",
  needs: ["storage"],
  seconds: SECONDS,
  read: ({ run }): Promise<Admission[]> =>
    eachCluster(run, async ({ name }) => ({
      name,
      ...(await feedOf(run, name)),
      ...(await lastAdmission(run, name)),
    })),
  judge: (all, nowUtc) =>
    all.length === 0 ? skipped(NONE) : all.flatMap((one) => judgeWebhook(one, nowUtc)),
});

const CHECK_RELAY =
  "check the relay and the webhook: kubectl -n mooring get pods; kubectl get validatingwebhookconfiguration mooring";

function judgeWebhook(admission: Admission, nowUtc: string): Outcome[] {
  const silent = judgeSilence(admission) ?? judgeProbe(admission);
  if (silent) return [silent];
  const { name, feed } = admission;
  const endsAtUtc = feed?.webhook?.certificateEndsAtUtc;
  if (endsAtUtc === undefined) return [toOutcome(admission)];
  const advice = `create a new one with mooring clusters rotate ${name} --url …; with cert-manager check the Certificate mooring-relay`;
  return [toOutcome(admission), judgeCertificate({ endsAtUtc }, { nowUtc, about: `${name} relay`, advice })];
}

function judgeSilence({ name: about, feed, admittedAtUtc = "" }: Admission): Outcome | undefined {
  const missed = feed?.unannounced;
  if (!missed || admittedAtUtc > missed.lastAtUtc) return undefined;
  const { count, example, lastAtUtc } = missed;
  const changes = `${count} ${count === 1 ? "change" : "changes"} of Services`;
  const message = `the cluster reported ${changes} that the admission webhook did not receive, for example ${example} (last at ${lastAtUtc})`;
  return fail({ about, message, advice: CHECK_RELAY });
}

function judgeProbe({ name: about, feed }: Admission): Outcome | undefined {
  const { verdict = "ok", atUtc } = feed?.webhook ?? {};
  if (verdict === "ok") return undefined;
  const message = `the probe of the relay from inside the cluster failed at ${atUtc}: ${verdict}`;
  return fail({ about, message, advice: CHECK_RELAY });
}

function toOutcome({ name, feed, admittedAtUtc }: Admission): Outcome {
  const observed = [
    ...(admittedAtUtc === undefined ? [] : [`last admission at ${admittedAtUtc}`]),
    ...(feed?.webhook ? [`probe of the relay succeeded at ${feed.webhook.atUtc}`] : []),
  ];
  if (observed.length > 0) return ok(observed.join("; "), name);
  return skipped("no admission request and no probe of the relay yet", name);
}

const DAY = 24 * 60 * MINUTE;

export const tokens = defineCheck({
  id: "tokens",
  title: "Each cluster has a valid token",
  docs: "During a rotation two tokens are valid. A cluster that still uses the old one after it expires is refused.",
  needs: ["storage"],
  read: ({ run }) => listClusters(run),
  judge: (all, nowUtc) => (all.length === 0 ? skipped(NONE) : all.map((one) => judgeTokens(one, nowUtc))),
});

function judgeTokens({ name, tokens }: Cluster, nowUtc: string): Outcome {
  const valid = tokens.filter(({ endsAtUtc }) => endsAtUtc === undefined || endsAtUtc > nowUtc);
  const advice = `create a new token and its manifests with mooring clusters rotate ${name} --url …`;
  if (valid.length === 0) return fail({ about: name, message: "has no valid token", advice });
  const expiring = valid.find((token) => expiresSoon(token, nowUtc));
  if (expiring)
    return warn({
      about: name,
      message: `the older of its tokens expires at ${expiring.endsAtUtc}`,
      advice: "apply the manifests of the rotation in the cluster before then",
    });
  return ok(`created at ${valid[0]?.madeAtUtc}`, name);
}

function expiresSoon({ endsAtUtc }: Token, nowUtc: string): boolean {
  return endsAtUtc !== undefined && Date.parse(endsAtUtc) - Date.parse(nowUtc) < DAY;
}

/** Clusters that still exist: deleted ones are not expected to report. */
async function eachCluster<T>(run: Look["run"], look: (cluster: Cluster) => Promise<T>): Promise<T[]> {
  const [clusters, present] = await waitForAll([listClusters(run), managedClusters(run)]);
  const existing = clusters.filter(({ resourceId }) => isExpected(resourceId, present));
  return mapAtMost(AT_ONCE, existing, look);
}

type Present = ReadonlyMap<string, ReadonlySet<string>>;

/** Canonical ids by subscription; unreadable subscriptions are left out. */
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

async function feedOf(run: Run, name: string): Promise<{ readonly feed?: Feed }> {
  const feed = await readFeed(run, name);
  return feed ? { feed } : {};
}

/** Time of the newest proposal, also of settled ones. */
async function lastAdmission(run: Run, cluster: string): Promise<{ readonly admittedAtUtc?: string }> {
  const [feed, proposals] = await waitForAll([readFeed(run, cluster), listProposals(run, cluster)]);
  const times = [feed?.admittedAtUtc ?? "", ...proposals.map(({ value }) => value.declared.observedAtUtc)];
  const last = times.toSorted().at(-1) ?? "";
  return last === "" ? {} : { admittedAtUtc: last };
}
