/** Evaluation of facts: each check alone, without Azure, storage or a clock. */
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
      ["skipped: no app configured: use --url or set MOORING_APP_URL"],
    ],
    ["a healthy app", app.judge(health({}), NOW), ["ok: healthy, version 1"]],
    [
      "an app that fails",
      app.judge(health({ status: "failing", problems: ["a", "b"] }), NOW),
      ["fail: a; b"],
    ],
    [
      "an app of which something fails",
      app.judge(health({ status: "degraded", problems: ["scan fails"] }), NOW),
      ["warning: degraded: scan fails"],
    ],
    [
      "an app of another version",
      app.judge(health({ version: "2" }), NOW),
      ["warning: the app has version 2, this CLI has version 1"],
    ],
    [
      "an app without a version",
      app.judge(health({ version: undefined }), NOW),
      ["warning: the app has version unknown, this CLI has version 1"],
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
        "warning b: its clock is 61 seconds behind this machine",
        "fail c: its clock is 301 seconds ahead of this machine",
        "skipped d: the response has no Date header",
      ],
    ],
    [
      "a certificate that lasts",
      judgeCertificate({ endsAtUtc: before(-22 * DAY) }, { nowUtc: NOW, advice: "" }),
      [`ok: the certificate expires at ${before(-22 * DAY)}`],
    ],
    [
      "a certificate of the last day",
      judgeCertificate({ endsAtUtc: before(-60) }, { nowUtc: NOW, advice: "" }),
      [`warning: the certificate expires at ${before(-60)}, in 0 days`],
    ],
    [
      "a certificate that ends now",
      judgeCertificate({ endsAtUtc: NOW }, { nowUtc: NOW, advice: "" }),
      [`fail: the certificate expired at ${NOW}`],
    ],
    [
      "an untrusted certificate",
      judgeCertificate({ endsAtUtc: before(-99 * DAY), problem: "SELF" }, { nowUtc: NOW, advice: "" }),
      ["fail: the certificate is not trusted: SELF"],
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
        "ok tables: 1 writable; 1 not created yet (created when needed)",
        "fail queues: no permission to write: q",
        "ok containers: 1 writable",
      ],
    ],
    ["data of this form", schema.judge({ stored: 2, known: 2, is: "current" }, NOW), ["ok: schema 2"]],
    ["no data yet", schema.judge({ known: 2, is: "empty" }, NOW), ["ok: no stored data yet"]],
    [
      "older data",
      schema.judge({ stored: 1, known: 2, is: "older", problem: "older" }, NOW),
      ["fail: older"],
    ],
    [
      "newer data",
      schema.judge({ stored: 3, known: 2, is: "newer", problem: "newer" }, NOW),
      ["fail: newer"],
    ],
    ["a valid policy", policy.judge([], NOW), ["ok: valid"]],
    ["a policy that is broken", policy.judge(["a", "b"], NOW), ["fail: a; b"]],
    [
      "writing that is stopped",
      writing.judge({ why: "a fire", sinceUtc: NOW }, NOW),
      [`warning: stopped since ${NOW}: a fire`],
    ],
    [
      "queues without trouble",
      queues.judge(
        [queue({ messages: 4, oldestSentAtUtc: before(15) }), queue({ name: "mooring-pls-poison" })],
        NOW,
      ),
      ["ok mooring-pls: 4 pending"],
    ],
    [
      "a queue without workers",
      queues.judge([queue({ messages: 4, oldestSentAtUtc: before(16) })], NOW),
      [`fail mooring-pls: a message has been pending since ${before(16)}, and no worker receives it`],
    ],
    [
      "messages that failed",
      queues.judge([queue({ name: "mooring-pls-poison", messages: 2 })], NOW),
      ["warning mooring-pls-poison: 2 messages have permanently failed"],
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
      [`warning: virtual network old was last scanned at ${before(61)}, more than 60 minutes ago`],
    ],
    [
      "no audit",
      audits.judge([], NOW),
      ["skipped: no audit has run yet; the first one starts within an hour, or with mooring audit"],
    ],
    [
      "a late audit",
      audits.judge([audit({ startedAtUtc: before(181) })], NOW),
      [`fail: the last audit started at ${before(181)}, more than 3 hours ago`],
    ],
    [
      "a failed audit",
      audits.judge([audit({ state: "failed" }), audit({})], NOW),
      [`fail: the audit of ${before(30)} failed`],
    ],
    ["an audit that runs", audits.judge([audit({ state: "running" })], NOW), ["ok: an audit is running"]],
    [
      "no event",
      work.judge(undefined, NOW),
      [
        "skipped: no event has triggered work yet; any change of a load balancer or a Private Link Service does",
      ],
    ],
    [
      "no event for long",
      work.judge(before(8 * DAY), NOW),
      [`warning: no event has triggered work since ${before(8 * DAY)}`],
    ],
    [
      "an event",
      work.judge(before(DAY), NOW),
      [`ok: the last event that triggered work arrived at ${before(DAY)}`],
    ],
    [
      "a person",
      identity.judge({ identity: { objectId: "o", name: "ada", isUser: true }, principalId: undefined }, NOW),
      ["warning: signed in as ada: check rights shows the permissions of this user, not of the app"],
    ],
    [
      "a person who names the app",
      identity.judge({ identity: { objectId: "o", name: "ada", isUser: true }, principalId: "p" }, NOW),
      ["ok: signed in as ada; check rights uses the role assignments of p"],
    ],
    [
      "no registrations",
      [registrations.judge([], NOW), bindings.judge([], NOW)].flat(),
      [
        "skipped: no cluster is registered; use mooring clusters add or mooring clusters discover",
        "skipped: no cluster is registered; use mooring clusters add or mooring clusters discover",
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
      ["warning one: resourceId: does not exist"],
    ],
    [
      "a registration that cannot be compared",
      registrations.judge([compared({ unreadable: "403" })], NOW),
      ["warning one: could not be compared with ARM: 403"],
    ],
    [
      "a contradicted registration that was not checked",
      registrations.judge(
        [
          {
            cluster: cluster({ unchecked: { reason: "no network", atUtc: NOW } }),
            contradictions: [
              { what: "identity", other: "two", message: "clusters one and two", advice: "compare" },
            ],
            arm: { exists: true, problems: [], place: cluster() },
          },
        ],
        NOW,
      ),
      [
        "fail one: clusters one and two",
        `warning one: registered unchecked at ${NOW} (no network): never used as evidence for a delete`,
      ],
    ],
    [
      "bindings",
      bindings.judge([unbound, cluster({ name: "two", identity: { uid: "u", boundAtUtc: NOW } })], NOW),
      [
        "warning one: is not bound to an identity yet: no resource of the cluster can be proved an orphan",
        `ok two: identity u, bound at ${NOW}`,
      ],
    ],
    [
      "no clusters",
      reports.judge([], NOW),
      ["skipped: no existing cluster is registered; add one with mooring clusters add"],
    ],
    [
      "a cluster that never reported",
      reports.judge([{ name: "one", staleMinutes: 60 }], NOW),
      ["fail one: has never sent a complete list of its Services"],
    ],
    [
      "a cluster whose sender may not list Services",
      reports.judge([{ name: "one", staleMinutes: 60, feed: { cluster: "one", sequence: 2, problem } }], NOW),
      ["fail one: has never sent a complete list of its Services; last error of the sender: 403 Forbidden"],
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
        `warning one: last confirmed its Services at ${before(61)}, more than 60 minutes ago; last error of the sender: 403 Forbidden`,
      ],
    ],
    [
      "the list of another cluster",
      reports.judge([{ name: "one", staleMinutes: 60, feed: heard({ refused: foreign(4) }) }], NOW),
      [
        `fail one: another cluster (identity another) sent its list with the token of this cluster at ${before(4)}`,
      ],
    ],
    [
      "the list of another registered cluster",
      reports.judge(
        [{ name: "one", staleMinutes: 60, feed: heard({ refused: { ...foreign(4), holder: "two" } }) }],
        NOW,
      ),
      [
        `fail one: cluster two (identity another) sent its list with the token of this cluster at ${before(4)}`,
      ],
    ],
    [
      "the list of another cluster before the cluster's own",
      reports.judge([{ name: "one", staleMinutes: 60, feed: heard({ refused: foreign(6) }) }], NOW),
      [`ok one: 10 Services, confirmed at ${before(5)}`],
    ],
    [
      "a webhook without requests",
      webhooks.judge([{ name: "one", feed: heard() }], NOW),
      ["skipped one: no admission request and no probe of the relay yet"],
    ],
    [
      "a silent webhook",
      webhooks.judge([{ name: "one", feed: heard({ unannounced: missed }), admittedAtUtc: before(20) }], NOW),
      [
        `fail one: the cluster reported 2 changes of Services that the admission webhook did not receive, for example shop/web (last at ${before(10)})`,
      ],
    ],
    [
      "a webhook with later requests",
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
      [`fail one: the probe of the relay from inside the cluster failed at ${before(7)}: timeout`],
    ],
    [
      "no good token",
      tokens.judge([cluster({ name: "one", tokens: [token({ endsAtUtc: before(1) })] })], NOW),
      ["fail one: has no valid token"],
    ],
    [
      "a rotation under way",
      tokens.judge([cluster({ name: "one", tokens: [token(), token({ endsAtUtc: before(-60) })] })], NOW),
      [`warning one: the older of its tokens expires at ${before(-60)}`],
    ],
    [
      "a rotation with time",
      tokens.judge(
        [cluster({ name: "one", tokens: [token(), token({ endsAtUtc: before(-2 * DAY) })] })],
        NOW,
      ),
      [`ok one: created at ${before(DAY)}`],
    ],
  ])("%s", (_, outcomes, expected) => {
    expect(told(outcomes)).toEqual(expected);
    for (const { state, advice } of [outcomes].flat())
      expect(advice !== undefined).toBe(state === "fail" || state === "warning");
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
    ["no topic", [], APP, /^fail .*: the subscription has no Event Grid system topic$/],
    [
      "a topic of something else",
      [topic({ source: "/subscriptions/other" })],
      APP,
      /^fail .*: the subscription has no Event Grid system topic/,
    ],
    [
      "a topic that Azure has not made",
      [topic({ state: "Failed" })],
      APP,
      /^fail .*: the system topic is in state Failed$/,
    ],
    ["no subscriptions", [topic({ subscriptions: [] })], APP, /^fail .*: no event subscription delivers/],
    [
      "healthy, in any case",
      [topic()],
      APP.toUpperCase(),
      /^ok .*: event subscription one delivers to onResourceEvent$/,
    ],
    ["another app's", [topic()], `${APP}2`, /^fail .*: events are delivered to another app: /],
    [
      "deletes left out",
      [topic({ subscriptions: [write] })],
      APP,
      /^warning .*: the filters exclude microsoft\.network\/privatelinkservices\/delete, /,
    ],
    ["two that together are complete", [topic({ subscriptions: [write, remove] })], APP, /^ok /],
    [
      "one that ends soon",
      [topic({ subscriptions: [to({ endsAtUtc: before(-DAY) })] })],
      APP,
      /^warning .*: event subscription one expires at /,
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
      /^fail .*: event subscription one expired at /,
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
    admission: "enforce",
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
    [
      "what is needed",
      [...all("reader"), ...all("pls")],
      [/^ok s: has the permissions of Mooring reader, Mooring pls$/],
    ],
    [
      "by wildcards, in any case",
      ["*/READ", "microsoft.network/privatelinkservices/WRITE", "*/join/action"],
      [/^ok s: /],
    ],
    [
      "none of a role",
      [...all("reader")],
      [/^fail s pls: lacks Microsoft\.Network\/privateLinkServices\/write, /],
    ],
    ["nothing", [], [/^fail s reader: lacks /, /^fail s pls: lacks /]],
    [
      "a part of a role",
      [...all("reader"), ...all("pls").slice(1)],
      [/^fail s pls: lacks Microsoft\.Network\/privateLinkServices\/write$/],
    ],
    [
      "more than is used",
      [...all("reader"), ...all("pls"), ...all("sweep")],
      [
        /^ok s: /,
        /^warning s sweep: has permissions that the active policy does not use: .*privateLinkServices\/delete/,
        /^warning s restore: has permissions that the active policy does not use: /,
      ],
    ],
    ["everything", ["*"], [/^warning s: has broad permissions \(Contributor or Owner\)$/]],
  ])("%s", (_, actions, said) => {
    expect(told(judge(actions))).toEqual(said.map((one) => expect.stringMatching(one)));
  });

  test("a role that is partly granted needs a new definition", () => {
    const [part] = [judge([...all("reader"), ...all("pls").slice(1)])].flat();
    expect(part?.advice).toMatch(/^update the definition of role Mooring pls from infra\/roles\.json/);
    const [none] = [judge([...all("reader")])].flat();
    expect(none?.advice).toMatch(
      /^assign the role: az role assignment create --role "Mooring pls" --assignee-object-id me/,
    );
    expect(none?.advice).toContain("change MOORING_ENFORCE instead");
    // A deployment always gives the reader, and brings definitions up to date.
    const [nothing] = [judge([])].flat();
    for (const one of [part, nothing])
      expect(one?.advice).toContain("if infra/ deployed it, deploy again instead");
  });

  test("policy determines the needed roles", () => {
    expect(neededRoles({ modes })).toEqual(["reader", "pls"]);
    expect(
      neededRoles({
        modes: {
          admission: "enforce",
          privateLinkServices: "observe",
          connections: "observe",
          rejections: "enforce",
          sweep: "enforce",
        },
      }),
    ).toEqual(["reader", "connections", "sweep"]);
  });
});
