import { WATCHED_TYPES } from "../../events/toWork.ts";
import { canonicalId, sameId } from "../../azure/resourceId.ts";
import { defineCheck, fail, ok, warn, type Outcome } from "../check.ts";
import { delivers, type SampleEvent } from "../filter.ts";
import { judgeEach, perSubscription } from "../perSubscription.ts";
import type { EventSubscription, EventTopic } from "../../ports/installation.ts";

const FUNCTION = "/functions/onresourceevent";
const HOW = "docs/deploy.md tells how event subscriptions are made";
const SOON_DAYS = 21;
const DAY = 24 * 3_600_000;

interface Facts {
  readonly topics: readonly EventTopic[];
  readonly appId?: string;
}

export const events = defineCheck({
  id: "events",
  title: "Each subscription's resource events come to the app",
  docs: "Without them changes are found by timers only: Private Link Services within five minutes, addresses within fifteen, orphans within the hour.",
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
  const wrong = (message: string, advice = HOW) => fail({ about: subscription, message, advice });
  const own = topics.filter(({ source }) => sameId(source, `/subscriptions/${subscription}`));
  if (own.length === 0) return wrong("there is no Event Grid system topic of the subscription");
  const ready = own.filter(({ state }) => state === "Succeeded");
  if (ready.length === 0) return wrong(`the system topic is in state ${own[0]?.state}`);
  const to = own.flatMap((topic) => topic.subscriptions).filter(({ functionId }) => isFunction(functionId));
  if (to.length === 0) return wrong("no event subscription delivers to the function onResourceEvent");
  const mine = to.filter(({ functionId = "" }) => appId === undefined || isOf(functionId, appId));
  if (mine.length === 0)
    return wrong(
      `events go to another app: ${to[0]?.functionId}`,
      "point the event subscription at this app, or mend MOORING_APP_ID",
    );
  return judgeDelivery(subscription, mine, nowUtc);
}

function judgeDelivery(about: string, all: readonly EventSubscription[], nowUtc: string): Outcome {
  const alive = all.filter(
    ({ state, endsAtUtc }) => state === "Succeeded" && (endsAtUtc === undefined || endsAtUtc > nowUtc),
  );
  const [first] = alive;
  if (!first) return fail({ about, message: `event subscription ${describe(all[0], nowUtc)}`, advice: HOW });
  const missed = SAMPLES.filter((sample) => !alive.some(({ filter }) => delivers(filter, sample)));
  const advice = "widen the filters of the event subscription, or leave them out";
  if (missed.length === SAMPLES.length)
    return fail({ about, message: "the filters let nothing through", advice });
  if (missed.length > 0)
    return warn({
      about,
      message: `the filters keep away ${missed.map(({ operationName }) => operationName).join(", ")}`,
      advice,
    });
  const soon = new Date(Date.parse(nowUtc) + SOON_DAYS * DAY).toISOString();
  if (alive.every(({ endsAtUtc }) => endsAtUtc !== undefined && endsAtUtc < soon))
    return warn({
      about,
      message: `event subscription ${first.name} ends at ${first.endsAtUtc}`,
      advice: HOW,
    });
  return ok(`event subscription ${first.name} delivers to onResourceEvent`, about);
}

function describe(one: EventSubscription | undefined, nowUtc: string): string {
  const { name = "", state = "", endsAtUtc } = one ?? {};
  return endsAtUtc !== undefined && endsAtUtc <= nowUtc
    ? `${name} ended at ${endsAtUtc}`
    : `${name} is in state ${state}: it delivers nothing`;
}

function isFunction(id: string | undefined): boolean {
  return id !== undefined && canonicalId(id).endsWith(FUNCTION);
}

function isOf(functionId: string, appId: string): boolean {
  return canonicalId(functionId).startsWith(`${canonicalId(appId)}/`);
}

/** A write and a delete of everything that is worth work. */
const SAMPLES: readonly SampleEvent[] = WATCHED_TYPES.flatMap((type) =>
  ["Write", "Delete"].map((kind) => ({
    type: `Microsoft.Resources.Resource${kind}Success`,
    subject: `/subscriptions/s/resourceGroups/g/providers/${type}/x`,
    operationName: `${type}/${kind.toLowerCase()}`,
  })),
);
