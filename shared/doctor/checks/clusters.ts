import type { Cluster, Token } from "../../declarations/clusterModel.ts";
import { listClusters } from "../../declarations/registry.ts";
import { readFeed } from "../../declarations/feed.ts";
import type { Feed } from "../../declarations/model.ts";
import { listProposals } from "../../declarations/proposals.ts";
import { canonicalId, parseResourceId } from "../../azure/resourceId.ts";
import type { Run } from "../../ports/ports.ts";
import { defineCheck, fail, ok, skipped, warn, type Look, type Outcome } from "../check.ts";
import { judgeCertificate } from "./app.ts";
import { mapAtMost, waitForAll } from "../../core/waitForAll.ts";

const AT_ONCE = 8;
/** Many clusters, one read after another of each. */
const SECONDS = 60;
const MINUTE = 60_000;
const NONE = "no cluster that exists is registered: mooring clusters add";

interface Seen {
  readonly name: string;
  readonly feed?: Feed;
  readonly staleMinutes: number;
}

export const reports = defineCheck({
  id: "reports",
  title: "Each cluster reports its Services",
  docs: "What a cluster declares is known from its reports; without fresh ones nothing of it can be proved an orphan, and drift is not repaired.",
  needs: ["storage"],
  seconds: SECONDS,
  async read({ run, policy }): Promise<Seen[]> {
    const { staleMinutes } = await policy();
    return eachCluster(run, async ({ name }) => ({ name, staleMinutes, ...(await feedOf(run, name)) }));
  },
  judge: (all, nowUtc) => (all.length === 0 ? skipped(NONE) : all.map((one) => judgeReports(one, nowUtc))),
});

const CHECK_SENDER =
  "check the sender in the cluster: kubectl -n mooring logs deployment/mooring-declarations";

function judgeReports({ name: about, feed, staleMinutes }: Seen, nowUtc: string): Outcome {
  const problem = feed?.problem ? `; the sender's last problem: ${feed.problem.message}` : "";
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
      message: `the list of another cluster (identity ${refused.identity}) came with its token at ${refused.atUtc}`,
      advice: `remove the manifests of ${about} from the other cluster; if ${about} was rebuilt, run mooring clusters rebind ${about}`,
    });
  const minutes = (Date.parse(nowUtc) - Date.parse(confirmed.atUtc)) / MINUTE;
  if (minutes > staleMinutes)
    return warn({
      about,
      message: `confirmed its Services last at ${confirmed.atUtc}, longer than ${staleMinutes} minutes ago${problem}`,
      advice: CHECK_SENDER,
    });
  return ok(
    `${list.services} ${list.services === 1 ? "Service" : "Services"}, confirmed at ${confirmed.atUtc}`,
    about,
  );
}

interface Heard {
  readonly name: string;
  readonly feed?: Feed;
  /** When admission was last heard of. */
  readonly admittedAtUtc?: string;
}

export const webhooks = defineCheck({
  id: "webhooks",
  title: "Each cluster's webhook reaches the app",
  docs: "Judged by what admission saw and the cluster reported, and by the sender, which asks the relay as an API server does.",
  needs: ["storage"],
  seconds: SECONDS,
  read: ({ run }): Promise<Heard[]> =>
    eachCluster(run, async ({ name }) => ({
      name,
      ...(await feedOf(run, name)),
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
  const { name, feed } = heard;
  const endsAtUtc = feed?.webhook?.certificateEndsAtUtc;
  if (endsAtUtc === undefined) return [toHeard(heard)];
  const advice = `mooring clusters rotate ${name} --url … makes a new one; with cert-manager see its Certificate mooring-relay`;
  return [toHeard(heard), judgeCertificate({ endsAtUtc }, { nowUtc, about: `${name} relay`, advice })];
}

function judgeSilence({ name: about, feed, admittedAtUtc = "" }: Heard): Outcome | undefined {
  const missed = feed?.unannounced;
  if (!missed || admittedAtUtc > missed.lastAtUtc) return undefined;
  const { count, example, lastAtUtc } = missed;
  const changes = `${count} ${count === 1 ? "change" : "changes"} of Services`;
  const message = `admission did not announce ${changes} that the cluster reported, ${example} among them (last seen ${lastAtUtc})`;
  return fail({ about, message, advice: LOOK_AT_RELAY });
}

function judgeProbe({ name: about, feed }: Heard): Outcome | undefined {
  const { verdict = "ok", atUtc } = feed?.webhook ?? {};
  if (verdict === "ok") return undefined;
  const message = `asked from inside the cluster at ${atUtc}, the relay failed: ${verdict}`;
  return fail({ about, message, advice: LOOK_AT_RELAY });
}

function toHeard({ name, feed, admittedAtUtc }: Heard): Outcome {
  const heard = [
    ...(admittedAtUtc === undefined ? [] : [`last admission at ${admittedAtUtc}`]),
    ...(feed?.webhook ? [`the relay answered from inside the cluster at ${feed.webhook.atUtc}`] : []),
  ];
  if (heard.length > 0) return ok(heard.join("; "), name);
  return skipped("nothing has been admitted yet, and no sender has asked the relay", name);
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
  const [clusters, present] = await waitForAll([listClusters(run), managedClusters(run)]);
  const alive = clusters.filter(({ resourceId }) => isExpected(resourceId, present));
  return mapAtMost(AT_ONCE, alive, look);
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

async function feedOf(run: Run, name: string): Promise<{ readonly feed?: Feed }> {
  const feed = await readFeed(run, name);
  return feed ? { feed } : {};
}

/** The newest proposal, settled ones included. */
async function lastAdmission(run: Run, cluster: string): Promise<{ readonly admittedAtUtc?: string }> {
  const [feed, proposals] = await waitForAll([readFeed(run, cluster), listProposals(run, cluster)]);
  const times = [feed?.admittedAtUtc ?? "", ...proposals.map(({ value }) => value.declared.observedAtUtc)];
  const last = times.toSorted().at(-1) ?? "";
  return last === "" ? {} : { admittedAtUtc: last };
}
