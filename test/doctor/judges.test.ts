/** What is made of the facts: each check by itself, without Azure, storage or a clock. */
import { describe, expect, test } from "vitest";
import type { Feed } from "../../shared/declarations/model.ts";
import { judgeCertificate, app, clock, node } from "../../shared/doctor/checks/app.ts";
import type { Comparison } from "../../shared/declarations/registration.ts";
import { reports, tokens, webhooks } from "../../shared/doctor/checks/clusters.ts";
import { events } from "../../shared/doctor/checks/events.ts";
import { audits, scans, work } from "../../shared/doctor/checks/freshness.ts";
import { bindings, registrations } from "../../shared/doctor/checks/registrations.ts";
import { identity, rights } from "../../shared/doctor/checks/rights.ts";
import { policy, queues, schema, storage, writing } from "../../shared/doctor/checks/storage.ts";
import type { Outcome } from "../../shared/doctor/check.ts";
import type { EventSubscription, EventTopic } from "../../shared/ports/installation.ts";
import { judgeRights, neededRoles } from "../../shared/doctor/rights.ts";
import { NEEDED_RIGHTS } from "../../shared/azure/needed.ts";
import { cluster, feed } from "../builders/world.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

const NOW = "2026-11-23T12:00:00.000Z";
const before = (minutes: number) => new Date(Date.parse(NOW) - minutes * 60_000).toISOString();
const DAY = 24 * 60;

/** `state about: message`, one for each. */
function told(outcomes: Outcome | readonly Outcome[]): string[] {
  return [outcomes]
    .flat()
    .map(({ state, about, message }) => `${state}${about === undefined ? "" : ` ${about}`}: ${message}`);
}

const health = (some: object) => ({
  status: 200,
  version: "1",
  health: { status: "ok", problems: [], version: "1", ...some },
});
const heard = (some: Partial<Feed> = {}) => feed({ atUtc: before(5), ...some });
const listed = (services: number) => ({ resourceVersion: "10", sequence: 5, atUtc: before(5), services });
const compared = (arm: Comparison | { unreadable: string }) => ({
  cluster: cluster(),
  contradictions: [],
  arm,
});
const { identity: _bound, ...unbound } = cluster();
const token = (some: object = {}) => ({ hash: "h", madeAtUtc: before(DAY), ...some });
const problem = { status: 403, message: "403 Forbidden", atUtc: before(3) };
const foreign = (minutes: number) => ({ identity: "another", atUtc: before(minutes), count: 1 });
const missed = { count: 2, lastAtUtc: before(10), example: "shop/web" };
const queue = (some: object) => ({ name: "mooring-pls", messages: 0, ...some });
const audit = (some: object) => ({
  id: "a",
  startedAtUtc: before(30),
  state: "done" as const,
  who: "system",
  why: "timer",
  scopes: [],
  ...some,
});

describe("judged", () => {
  test.each<[string, Outcome | readonly Outcome[], string[]]>([
    [
      "no URL of the app",
      app.judge(undefined, NOW),
      ["skipped: where the app is was not said: --url, or MOORING_APP_URL"],
    ],
    ["an app that is well", app.judge(health({}), NOW), ["ok: well, version 1"]],
    [
      "an app that fails",
      app.judge(health({ status: "failing", problems: ["a", "b"] }), NOW),
      ["fail: a; b"],
    ],
    [
      "an app of which something fails",
      app.judge(health({ status: "degraded", problems: ["scan fails"] }), NOW),
      ["warn: degraded: scan fails"],
    ],
    [
      "an app of another version",
      app.judge(health({ version: "2" }), NOW),
      ["warn: the app is of version 2, this command line of 1"],
    ],
    [
      "an app that does not say its version",
      app.judge(health({ version: undefined }), NOW),
      ["warn: the app is of version unknown, this command line of 1"],
    ],
    ["an old Node", node.judge("18.20.0", NOW), ["fail: 18.20.0 is too old"]],
    ["a Node that will do", node.judge("22.0.0", NOW), ["ok: 22.0.0"]],
    [
      "clocks",
      clock.judge(
        [
          { name: "a", seconds: 60 },
          { name: "b", seconds: -61 },
          { name: "c", seconds: 301 },
          { name: "d", seconds: undefined },
        ],
        NOW,
      ),
      [
        "ok a: within 60 seconds",
        "warn b: its clock is 61 seconds behind the one here",
        "fail c: its clock is 301 seconds ahead of the one here",
        "skipped d: it does not tell the time",
      ],
    ],
    [
      "a certificate that lasts",
      judgeCertificate({ endsAtUtc: before(-22 * DAY) }, { nowUtc: NOW, advice: "" }),
      [`ok: the certificate ends at ${before(-22 * DAY)}`],
    ],
    [
      "a certificate of the last day",
      judgeCertificate({ endsAtUtc: before(-60) }, { nowUtc: NOW, advice: "" }),
      [`warn: the certificate ends at ${before(-60)}, in 0 days`],
    ],
    [
      "a certificate that ends now",
      judgeCertificate({ endsAtUtc: NOW }, { nowUtc: NOW, advice: "" }),
      [`fail: the certificate ended at ${NOW}`],
    ],
    [
      "a certificate that nobody vouches for",
      judgeCertificate({ endsAtUtc: before(-99 * DAY), problem: "SELF" }, { nowUtc: NOW, advice: "" }),
      ["fail: the certificate is not taken: SELF"],
    ],
    [
      "storage",
      storage.judge(
        [
          { kind: "table", name: "a", is: "there" },
          { kind: "table", name: "b", is: "absent" },
          { kind: "queue", name: "q", is: "forbidden" },
          { kind: "container", name: "c", is: "there" },
        ],
        NOW,
      ),
      [
        "ok tables: 1 may be written; 1 not made yet, as nobody has needed them",
        "fail queues: may not be written: q",
        "ok containers: 1 may be written",
      ],
    ],
    ["data of this form", schema.judge({ stored: 2, known: 2, is: "current" }, NOW), ["ok: schema 2"]],
    [
      "older data",
      schema.judge({ stored: 1, known: 2, is: "older" }, NOW),
      ["warn: the stored data are of schema 1, this version knows 2"],
    ],
    [
      "newer data",
      schema.judge({ stored: 3, known: 2, is: "newer", problem: "newer" }, NOW),
      ["fail: newer"],
    ],
    ["a policy that is whole", policy.judge([], NOW), ["ok: whole"]],
    ["a policy that is broken", policy.judge(["a", "b"], NOW), ["fail: a; b"]],
    [
      "writing that is stopped",
      writing.judge({ why: "a fire", sinceUtc: NOW }, NOW),
      [`warn: stopped since ${NOW}: a fire`],
    ],
    [
      "queues without trouble",
      queues.judge(
        [queue({ messages: 4, oldestSentAtUtc: before(15) }), queue({ name: "mooring-pls-poison" })],
        NOW,
      ),
      ["ok mooring-pls: 4 waiting"],
    ],
    [
      "a queue that nobody works on",
      queues.judge([queue({ messages: 4, oldestSentAtUtc: before(16) })], NOW),
      [`fail mooring-pls: a message waits since ${before(16)}, and nobody takes it`],
    ],
    [
      "messages that failed",
      queues.judge([queue({ name: "mooring-pls-poison", messages: 2 })], NOW),
      ["warn mooring-pls-poison: 2 messages have failed for good"],
    ],
    [
      "no scan",
      scans.judge({ scanned: [], staleMinutes: 60 }, NOW),
      ["fail: no virtual network has been scanned yet"],
    ],
    [
      "an old scan of one network",
      scans.judge(
        {
          scanned: [
            { id: "/a/fresh", scannedAtUtc: before(1) },
            { id: "old", scannedAtUtc: before(61) },
          ] as never,
          staleMinutes: 60,
        },
        NOW,
      ),
      [`warn: virtual network old was scanned at ${before(61)}, more than 60 minutes ago`],
    ],
    [
      "no audit",
      audits.judge([], NOW),
      ["skipped: there has been no audit yet; the first comes within the hour, or by mooring audit"],
    ],
    [
      "a late audit",
      audits.judge([audit({ startedAtUtc: before(181) })], NOW),
      [`fail: the last audit began at ${before(181)}, more than 3 hours ago`],
    ],
    [
      "a failed audit",
      audits.judge([audit({ state: "failed" }), audit({})], NOW),
      [`fail: the audit of ${before(30)} failed`],
    ],
    ["an audit that runs", audits.judge([audit({ state: "running" })], NOW), ["ok: one is running"]],
    [
      "no event",
      work.judge(undefined, NOW),
      [
        "skipped: no event has brought work yet; any change of a load balancer or a Private Link Service does",
      ],
    ],
    [
      "no event for long",
      work.judge(before(8 * DAY), NOW),
      [`warn: no event has brought work since ${before(8 * DAY)}`],
    ],
    [
      "an event",
      work.judge(before(DAY), NOW),
      [`ok: the last event that brought work came at ${before(DAY)}`],
    ],
    [
      "a person",
      identity.judge(
        { identity: { objectId: "o", name: "ada", isPerson: true }, principalId: undefined },
        NOW,
      ),
      ["warn: asked as ada: the rights below are theirs, not the app's"],
    ],
    [
      "a person who names the app",
      identity.judge({ identity: { objectId: "o", name: "ada", isPerson: true }, principalId: "p" }, NOW),
      ["ok: asked as ada; the rights are those of p, as role assignments say"],
    ],
    [
      "no registrations",
      [registrations.judge([], NOW), bindings.judge([], NOW)].flat(),
      [
        "skipped: no cluster is registered: mooring clusters add, or mooring clusters discover",
        "skipped: no cluster is registered: mooring clusters add, or mooring clusters discover",
      ],
    ],
    [
      "a registration that matches",
      registrations.judge([compared({ exists: true, problems: [], place: cluster() })], NOW),
      ["ok one: managed cluster, node resource group, network and subnet match"],
    ],
    [
      "a registration that ARM refutes",
      registrations.judge(
        [compared({ exists: true, problems: ["vnetId: wrong", "defaultSubnet: wrong"] })],
        NOW,
      ),
      ["fail one: vnetId: wrong; defaultSubnet: wrong"],
    ],
    [
      "a managed cluster that does not exist",
      registrations.judge([compared({ exists: false, problems: ["resourceId: does not exist"] })], NOW),
      ["warn one: resourceId: does not exist"],
    ],
    [
      "a registration that cannot be compared",
      registrations.judge([compared({ unreadable: "403" })], NOW),
      ["warn one: could not be compared with ARM: 403"],
    ],
    [
      "a contradicted registration that was not checked",
      registrations.judge(
        [
          {
            cluster: cluster({ unchecked: { reason: "no network", atUtc: NOW } }),
            contradictions: [{ what: "identity", other: "two", message: "clusters one and two" }],
            arm: { exists: true, problems: [], place: cluster() },
          },
        ],
        NOW,
      ),
      [
        "fail one: clusters one and two",
        `warn one: registered unchecked at ${NOW} (no network): it is never evidence for a delete`,
      ],
    ],
    [
      "bindings",
      bindings.judge([unbound, cluster({ name: "two", identity: { uid: "u", boundAtUtc: NOW } })], NOW),
      [
        "warn one: is not bound to an identity yet: nothing of it can be proved an orphan",
        `ok two: identity u, bound at ${NOW}`,
      ],
    ],
    [
      "no clusters",
      reports.judge([], NOW),
      ["skipped: no cluster that exists is registered: mooring clusters add"],
    ],
    [
      "a cluster that never reported",
      reports.judge([{ name: "one", staleMinutes: 60 }], NOW),
      ["fail one: has never sent a complete list of its Services"],
    ],
    [
      "a cluster whose sender may not list Services",
      reports.judge([{ name: "one", staleMinutes: 60, feed: { cluster: "one", sequence: 2, problem } }], NOW),
      ["fail one: has never sent a complete list of its Services; the sender's last problem: 403 Forbidden"],
    ],
    [
      "a fresh confirmation",
      reports.judge([{ name: "one", staleMinutes: 60, feed: heard({ list: listed(1) }) }], NOW),
      [`ok one: 1 Service, confirmed at ${before(5)}`],
    ],
    [
      "a confirmation of an hour ago",
      reports.judge([{ name: "one", staleMinutes: 60, feed: feed({ atUtc: before(60) }) }], NOW),
      [`ok one: 10 Services, confirmed at ${before(60)}`],
    ],
    [
      "an old confirmation",
      reports.judge([{ name: "one", staleMinutes: 60, feed: feed({ atUtc: before(61), problem }) }], NOW),
      [
        `warn one: confirmed its Services last at ${before(61)}, longer than 60 minutes ago; the sender's last problem: 403 Forbidden`,
      ],
    ],
    [
      "the list of another cluster",
      reports.judge([{ name: "one", staleMinutes: 60, feed: heard({ refused: foreign(4) }) }], NOW),
      [`fail one: the list of another cluster (identity another) came with its token at ${before(4)}`],
    ],
    [
      "the list of another cluster before the cluster's own",
      reports.judge([{ name: "one", staleMinutes: 60, feed: heard({ refused: foreign(6) }) }], NOW),
      [`ok one: 10 Services, confirmed at ${before(5)}`],
    ],
    [
      "a webhook that nothing was heard of",
      webhooks.judge([{ name: "one", feed: heard() }], NOW),
      ["skipped one: nothing has been admitted yet, and no sender has asked the relay"],
    ],
    [
      "a silent webhook",
      webhooks.judge([{ name: "one", feed: heard({ unannounced: missed }), admittedAtUtc: before(20) }], NOW),
      [
        `fail one: admission did not announce 2 changes of Services that the cluster reported, shop/web among them (last seen ${before(10)})`,
      ],
    ],
    [
      "a webhook heard of since",
      webhooks.judge([{ name: "one", feed: heard({ unannounced: missed }), admittedAtUtc: before(9) }], NOW),
      [`ok one: last admission at ${before(9)}`],
    ],
    [
      "a relay that fails",
      webhooks.judge(
        [
          {
            name: "one",
            feed: heard({ webhook: { verdict: "timeout", atUtc: before(7) } }),
            admittedAtUtc: before(9),
          },
        ],
        NOW,
      ),
      [`fail one: asked from inside the cluster at ${before(7)}, the relay failed: timeout`],
    ],
    [
      "no good token",
      tokens.judge([cluster({ name: "one", tokens: [token({ endsAtUtc: before(1) })] })], NOW),
      ["fail one: has no token that is still good"],
    ],
    [
      "a rotation under way",
      tokens.judge([cluster({ name: "one", tokens: [token(), token({ endsAtUtc: before(-60) })] })], NOW),
      [`warn one: the older of its tokens ends at ${before(-60)}`],
    ],
    [
      "a rotation with time",
      tokens.judge(
        [cluster({ name: "one", tokens: [token(), token({ endsAtUtc: before(-2 * DAY) })] })],
        NOW,
      ),
      [`ok one: made at ${before(DAY)}`],
    ],
  ])("%s", (_, outcomes, expected) => {
    expect(told(outcomes)).toEqual(expected);
    for (const { state, advice } of [outcomes].flat())
      expect(advice !== undefined).toBe(state === "fail" || state === "warn");
  });
});

describe("events", () => {
  const topic = (some: Partial<EventTopic> = {}): EventTopic => ({
    id: "t",
    source: `/subscriptions/${SUBSCRIPTION.toUpperCase()}`,
    state: "Succeeded",
    subscriptions: [to()],
    ...some,
  });
  const APP = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/app";
  function to(some: Partial<EventSubscription> = {}): EventSubscription {
    const filter = { subjectBeginsWith: "", subjectEndsWith: "", advanced: [] };
    return {
      name: "one",
      state: "Succeeded",
      functionId: `${APP}/functions/onResourceEvent`,
      filter,
      ...some,
    };
  }
  const typed = (...eventTypes: string[]) =>
    to({ filter: { subjectBeginsWith: "", subjectEndsWith: "", advanced: [], eventTypes } });
  const write = typed("Microsoft.Resources.ResourceWriteSuccess");
  const remove = typed("Microsoft.Resources.ResourceDeleteSuccess");

  test.each<[string, EventTopic[], string, RegExp]>([
    ["no topic", [], APP, /^fail .*: there is no Event Grid system topic of the subscription$/],
    [
      "a topic of something else",
      [topic({ source: "/subscriptions/other" })],
      APP,
      /^fail .*: there is no Event Grid system topic/,
    ],
    [
      "a topic that Azure has not made",
      [topic({ state: "Failed" })],
      APP,
      /^fail .*: the system topic is in state Failed$/,
    ],
    ["nobody on it", [topic({ subscriptions: [] })], APP, /^fail .*: no event subscription delivers/],
    [
      "all is well, in any case",
      [topic()],
      APP.toUpperCase(),
      /^ok .*: event subscription one delivers to onResourceEvent$/,
    ],
    ["another app's", [topic()], `${APP}2`, /^fail .*: events go to another app: /],
    [
      "deletes left out",
      [topic({ subscriptions: [write] })],
      APP,
      /^warn .*: the filters keep away microsoft\.network\/privatelinkservices\/delete, /,
    ],
    ["two that are whole together", [topic({ subscriptions: [write, remove] })], APP, /^ok /],
    [
      "one that ends soon",
      [topic({ subscriptions: [to({ endsAtUtc: before(-DAY) })] })],
      APP,
      /^warn .*: event subscription one ends at /,
    ],
    [
      "one that ends soon beside one that does not",
      [topic({ subscriptions: [to({ endsAtUtc: before(-DAY) }), to()] })],
      APP,
      /^ok /,
    ],
    [
      "one that has ended",
      [topic({ subscriptions: [to({ endsAtUtc: NOW })] })],
      APP,
      /^fail .*: event subscription one ended at /,
    ],
  ])("%s", (_, topics, appId, said) => {
    expect(told(events.judge([{ subscription: SUBSCRIPTION, facts: { topics, appId } }], NOW))).toEqual([
      expect.stringMatching(said),
    ]);
  });
});

describe("rights", () => {
  const all = (role: string) => NEEDED_RIGHTS.find((one) => one.role === role)?.actions ?? [];
  const grant = (...actions: string[]) => [{ actions, notActions: [] }];
  const modes = {
    privateLinkServices: "enforce",
    connections: "observe",
    rejections: "observe",
    sweep: "observe",
  } as const;
  const judge = (actions: string[], needed: Parameters<typeof judgeRights>[1] = ["reader", "pls"]) =>
    rights.judge(
      [
        {
          subscription: "s",
          facts: {
            verdict: judgeRights(grant(...actions), needed),
            needed,
            principalId: "me",
          },
        },
      ],
      NOW,
    );

  test.each<[string, string[], RegExp[]]>([
    ["what is needed", [...all("reader"), ...all("pls")], [/^ok s: may do what reader, pls need$/]],
    [
      "by wildcards, in any case",
      ["*/READ", "microsoft.network/privatelinkservices/WRITE", "*/join/action"],
      [/^ok s: /],
    ],
    [
      "none of a role",
      [...all("reader")],
      [/^fail s pls: may not Microsoft\.Network\/privateLinkServices\/write, /],
    ],
    ["nothing", [], [/^fail s reader: may not /, /^fail s pls: may not /]],
    [
      "a part of a role",
      [...all("reader"), ...all("pls").slice(1)],
      [/^fail s pls: may not Microsoft\.Network\/privateLinkServices\/write$/],
    ],
    [
      "more than is used",
      [...all("reader"), ...all("pls"), ...all("sweep")],
      [
        /^ok s: /,
        /^warn s sweep: may .*privateLinkServices\/delete.*, which the policy in force does not use$/,
        /^warn s restore: may /,
      ],
    ],
    ["everything", ["*"], [/^warn s: may do nearly everything, as Contributor and Owner may$/]],
  ])("%s", (_, actions, said) => {
    expect(told(judge(actions))).toEqual(said.map((one) => expect.stringMatching(one)));
  });

  test("a role that is there in part is to be brought up to date", () => {
    const [part] = [judge([...all("reader"), ...all("pls").slice(1)])].flat();
    expect(part?.advice).toMatch(/^bring the role Mooring pls up to date with infra\/roles\.json/);
    const [none] = [judge([...all("reader")])].flat();
    expect(none?.advice).toMatch(
      /^give the role: az role assignment create --role "Mooring pls" --assignee-object-id me/,
    );
    expect(none?.advice).toContain("by MOORING_ENFORCE instead");
    // A deployment always gives the reader, and brings definitions up to date.
    const [nothing] = [judge([])].flat();
    for (const one of [part, nothing])
      expect(one?.advice).toContain("where infra/ deployed it, deploy again instead");
  });

  test("policy says which roles are needed", () => {
    expect(neededRoles({ modes })).toEqual(["reader", "pls"]);
    expect(
      neededRoles({
        modes: {
          privateLinkServices: "observe",
          connections: "observe",
          rejections: "enforce",
          sweep: "enforce",
        },
      }),
    ).toEqual(["reader", "connections", "sweep"]);
  });
});
