import { WATCHED_TYPES } from "../../events/toWork.ts";
import { canonicalId, sameId } from "../../azure/resourceId.ts";
import { defineCheck, fail, ok, warn, type Outcome } from "../check.ts";
import { delivers, type SampleEvent } from "../filter.ts";
import { judgeEach, perSubscription } from "../perSubscription.ts";
import type { EventSubscription, EventTopic } from "../../ports/installation.ts";

const FUNCTION = "/functions/onresourceevent";
const HOW = "create the event subscription as described in docs/platform/deploy.md";
const SOON_DAYS = 21;
const DAY = 24 * 3_600_000;

interface Facts {
  readonly topics: readonly EventTopic[];
  readonly appId?: string;
}

export const events = defineCheck({
  id: "events",
  title: "Resource events of each subscription reach the app",
  docs: "Without events, only timers find changes: Private Link Services within 5 minutes, addresses within 15 minutes, orphans within an hour.",
  needs: ["arm"],
  seconds: 30,
  read: (look) =>
    perSubscription(look, async (subscription): Promise<Facts> => {
      const topics = await look.installation.eventTopics(subscription);
      return { topics, ...(look.appId !== undefined && { appId: look.appId }) };
    }),
  judge: (all, nowUtc) => judgeEach(all, (subscription, facts) => judgeEvents(subscription, facts, nowUtc)),
});

function judgeEvents(subscription: string, { topics, appId }: Facts, nowUtc: string): Outcome {
  const failed = (message: string, advice = HOW) => fail({ about: subscription, message, advice });
  const own = topics.filter(({ source }) => sameId(source, `/subscriptions/${subscription}`));
  if (own.length === 0) return failed("the subscription has no Event Grid system topic");
  const ready = own.filter(({ state }) => state === "Succeeded");
  if (ready.length === 0) return failed(`the system topic is in state ${own[0]?.state}`);
  const to = own.flatMap((topic) => topic.subscriptions).filter(({ functionId }) => isFunction(functionId));
  if (to.length === 0) return failed("no event subscription delivers to the function onResourceEvent");
  const ours = to.filter(({ functionId = "" }) => appId === undefined || isOf(functionId, appId));
  if (ours.length === 0)
    return failed(
      `events are delivered to another app: ${to[0]?.functionId}`,
      "change the event subscription to this app, or correct MOORING_APP_ID",
    );
  return judgeDelivery(subscription, ours, nowUtc);
}

function judgeDelivery(about: string, all: readonly EventSubscription[], nowUtc: string): Outcome {
  const active = all.filter(
    ({ state, endsAtUtc }) => state === "Succeeded" && (endsAtUtc === undefined || endsAtUtc > nowUtc),
  );
  const [first] = active;
  if (!first) return fail({ about, message: `event subscription ${describe(all[0], nowUtc)}`, advice: HOW });
  const missed = SAMPLES.filter((sample) => !active.some(({ filter }) => delivers(filter, sample)));
  const advice = "widen or remove the filters of the event subscription";
  if (missed.length === SAMPLES.length)
    return fail({ about, message: "the filters exclude all events", advice });
  if (missed.length > 0)
    return warn({
      about,
      message: `the filters exclude ${missed.map(({ operationName }) => operationName).join(", ")}`,
      advice,
    });
  const soon = new Date(Date.parse(nowUtc) + SOON_DAYS * DAY).toISOString();
  if (active.every(({ endsAtUtc }) => endsAtUtc !== undefined && endsAtUtc < soon))
    return warn({
      about,
      message: `event subscription ${first.name} expires at ${first.endsAtUtc}`,
      advice: HOW,
    });
  return ok(`event subscription ${first.name} delivers to onResourceEvent`, about);
}

function describe(one: EventSubscription | undefined, nowUtc: string): string {
  const { name = "", state = "", endsAtUtc } = one ?? {};
  return endsAtUtc !== undefined && endsAtUtc <= nowUtc
    ? `${name} expired at ${endsAtUtc}`
    : `${name} is in state ${state} and delivers no events`;
}

function isFunction(id: string | undefined): boolean {
  return id !== undefined && canonicalId(id).endsWith(FUNCTION);
}

function isOf(functionId: string, appId: string): boolean {
  return canonicalId(functionId).startsWith(`${canonicalId(appId)}/`);
}

/** A write and a delete of each watched resource type. */
const SAMPLES: readonly SampleEvent[] = WATCHED_TYPES.flatMap((type) =>
  ["Write", "Delete"].map((kind) => ({
    type: `Microsoft.Resources.Resource${kind}Success`,
    subject: `/subscriptions/s/resourceGroups/g/providers/${type}/x`,
    operationName: `${type}/${kind.toLowerCase()}`,
  })),
);
