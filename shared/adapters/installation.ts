/**
 * Adapter: `Installation` on Azure Resource Manager and Azure Storage, for `mooring doctor`. Changes nothing: to test write
 * access it deletes items that never exist, which storage refuses or answers as not found.
 * @see https://learn.microsoft.com/rest/api/authorization/permissions/list-for-resource
 * @see https://learn.microsoft.com/rest/api/eventgrid/controlplane/system-topic-event-subscriptions/list-by-system-topic
 */
import type { Grant, Installation } from "../ports/installation.ts";
import { once } from "../core/once.ts";
import type { Settings } from "../core/settings.ts";
import { AUTHORIZATION_VERSION, EVENT_GRID_VERSION } from "./apiVersions.ts";
import type { ArmAccess } from "./armAccess.ts";
import { toEventTopic, type EventSubscriptionWire, type EventTopicWire } from "./eventTopics.ts";
import type { Client } from "./longRunning.ts";
import { rawClient, rawList } from "./rawList.ts";
import { readIdentity } from "./identity.ts";
import { storageParts } from "./storageParts.ts";
import { waitForAll } from "../core/waitForAll.ts";

/** Answered without a token. */
const TELLS_TIME = "/metadata/endpoints?api-version=2020-06-01";

/** @param nouns of the tables @param open creates the ARM client */
export function azureInstallation(
  settings: Settings,
  nouns: readonly string[],
  open: () => Promise<ArmAccess>,
): Installation {
  const arm = once(async () => rawClient(await open()));
  const parts = storageParts(settings, nouns);
  return {
    identity: async () => readIdentity((await open()).credential),
    grantsAt: async (scope) => listGrants(await arm("arm"), scope),
    eventTopics: async (subscription) => listTopics(await arm("arm"), subscription),
    storage: () => parts.all(),
    clocks: async () => [
      { name: "Azure Resource Manager", url: new URL(TELLS_TIME, settings.MOORING_ARM_ENDPOINT).href },
      // Storage returns its time in every response, even in a refusal.
      { name: "Azure Storage", url: await parts.url() },
    ],
  };
}

async function listGrants(client: Client, scope: string): Promise<Grant[]> {
  const path = `${scope}/providers/Microsoft.Authorization/permissions`;
  const all = await Array.fromAsync(
    rawList<{ actions?: string[]; notActions?: string[] }>(client, path, {
      "api-version": AUTHORIZATION_VERSION,
    }),
  );
  return all.map(({ actions = [], notActions = [] }) => ({ actions, notActions }));
}

async function listTopics(client: Client, subscription: string) {
  const version = { "api-version": EVENT_GRID_VERSION };
  const path = `/subscriptions/${subscription}/providers/Microsoft.EventGrid/systemTopics`;
  const topics = await Array.fromAsync(rawList<EventTopicWire>(client, path, version));
  // Storage accounts and vaults have system topics, too: read only those of subscriptions.
  const own = topics.filter(({ properties }) =>
    /^microsoft\.resources\.subscriptions$/i.test(properties.topicType ?? ""),
  );
  return waitForAll(
    own.map(async (topic) => {
      const list = rawList<EventSubscriptionWire>(client, `${topic.id}/eventSubscriptions`, version);
      return toEventTopic(topic, await Array.fromAsync(list));
    }),
  );
}
