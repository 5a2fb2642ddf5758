/** The parts of a report: JSON, pages, windows, queries, sessions and the order of versions. */
import { describe, expect, test } from "vitest";
import { readJson } from "../../shared/declarations/jsonShape.ts";
import type { Feed, Listing, Session } from "../../shared/declarations/model.ts";
import { MAX_ITEMS, readPage } from "../../shared/declarations/page.ts";
import {
  halved,
  listSession,
  nextSession,
  pageSession,
  windowSession,
} from "../../shared/declarations/query.ts";
import { isOlder, readService, requireVersion } from "../../shared/declarations/service.ts";
import { listingsOf, placeOf, withSession } from "../../shared/declarations/sessions.ts";
import { readProbe } from "../../shared/declarations/webhookProbe.ts";
import { readWindow } from "../../shared/declarations/window.ts";
import { defaultPolicy } from "../../shared/policy/policy.ts";
import { NOW } from "../builders/world.ts";

describe("JSON of a sender", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  test.each<[string, string, unknown]>([
    ["a value", '{"a":1}', { a: 1 }],
    ["as deep as 64 levels", nested(64), JSON.parse(nested(64))],
    ["brackets within text", '{"a":"[[{{","b":"]"}', { a: "[[{{", b: "]" }],
    ["an escaped quote before a bracket", String.raw`{"a":"\"{","b":"\\"}`, { a: '"{', b: "\\" }],
    ["a key twice in an inner object", '{"a":{"x":1,"x":2}}', { a: { x: 2 } }],
    ["equal texts that are no keys", '{"a":"b","b":"a"}', { a: "b", b: "a" }],
    ["a list of equal texts", '["a","a"]', ["a", "a"]],
    ["text alone", '"a"', "a"],
  ])("may be %s", (_, text, value) => expect(readJson(text, "it")).toEqual(value));

  test.each<[string, string, string]>([
    ["deeper than 64 levels", nested(65), "the body nests deeper than 64 levels"],
    ["of lists and objects in turn, deeper than 64 levels", '{"a":['.repeat(33), "nests deeper"],
    ["with a key twice", '{"a":1,"b":2,"a":3}', 'it has the key "a" more than once'],
    ["with a key twice, apart by space", '{"a" :1,"a"\n:2}', 'it has the key "a" more than once'],
    [
      "with a key twice in another spelling",
      String.raw`{"a":1,"\u0061":2}`,
      'it has the key "a" more than once',
    ],
    ["with a key twice after an inner object", '{"a":{"b":1},"a":2}', 'it has the key "a" more than once'],
    ["with a key twice that ends in a backslash", String.raw`{"a\\":1,"a\\":2}`, "more than once"],
    ["with a key twice that has an escaped quote", String.raw`{"a\"":1,"a\"":2}`, "more than once"],
    ["with a key twice that has an escaped quote inside", String.raw`{"a\"b":1,"a\"b":2}`, "more than once"],
    ["cut off within a key", '{"a', "it is not valid JSON, or was cut off"],
    ["cut off after a key", '{"a":', "it is not valid JSON, or was cut off"],
    ["nothing", "", "it is not valid JSON, or was cut off"],
  ])("may not be %s", (_, text, message) => expect(() => readJson(text, "it")).toThrow(message));
});

describe("a resourceVersion", () => {
  test.each([
    ["9", "10", true],
    ["10", "9", false],
    ["10", "11", true],
    ["11", "10", false],
    ["10", "10", false],
    ["99999999999999999999", "100000000000000000000", true],
  ])("%s is older than %s: %s", (a, b, expected) => expect(isOlder(a, b)).toBe(expected));

  test.each(["1", "10", "9".repeat(39)])("%s can be ordered", (version) =>
    expect(requireVersion(version, "at")).toBe(version),
  );
  test.each([undefined, null, "", "0", "01", "-1", "1.5", "x1", "1x", "9".repeat(40)])(
    "%s cannot be ordered",
    (version) => expect(() => requireVersion(version, "at")).toThrow(/^at: ".*" is not a resourceVersion/),
  );
});

const service = (some: object = {}, spec: object = {}) => ({
  metadata: { name: "web", namespace: "shop", uid: "u", resourceVersion: "5", ...some },
  spec: { type: "LoadBalancer", ports: [{ port: 80, protocol: "TCP" }], ...spec },
});

describe("a Service of a report", () => {
  test("of type LoadBalancer is kept with what it declares", () => {
    const some = { deletionTimestamp: NOW };
    expect(readService(service(some, { loadBalancerIP: "10.0.1.4" }), "items.0")).toMatchObject({
      key: "shop/web",
      uid: "u",
      resourceVersion: "5",
      listed: {
        key: "shop/web",
        declared: {
          namespace: "shop",
          name: "web",
          uid: "u",
          resourceVersion: "5",
          deletedAtUtc: NOW,
          usesLoadBalancerIp: true,
        },
      },
    });
    const { listed } = readService(service(), "items.0");
    expect(listed?.declared).not.toHaveProperty("deletedAtUtc");
    expect(listed?.declared).not.toHaveProperty("usesLoadBalancerIp");
  });

  test.each([
    ["of another type", { type: "ClusterIP" }],
    ["of another controller", { loadBalancerClass: "tailscale" }],
    ["of another controller, whose class has no name", { loadBalancerClass: "" }],
  ])("%s is recorded with name and uid only", (_, spec) =>
    expect(readService(service({}, spec), "items.0")).toEqual({
      key: "shop/web",
      uid: "u",
      resourceVersion: "5",
    }),
  );

  test.each<[string, unknown, RegExp]>([
    ["of another kind", { ...service(), kind: "Pod" }, /^items\.0: v1 Pod is not a v1 Service/],
    ["of another version", { ...service(), apiVersion: "v2" }, /^items\.0: v2 Service is not a v1 Service/],
    ["without a uid", service({ uid: "" }), /^items\.0: metadata\.name or metadata\.uid is missing/],
    ["without a name", service({ name: "" }), /^items\.0: metadata\.name or metadata\.uid is missing/],
    ["without a version", service({ resourceVersion: "" }), /^items\.0\.metadata\.resourceVersion: ""/],
    ["that is none", { metadata: 1 }, /^items\.0\.metadata: /],
  ])("may not be one %s", (_, value, message) =>
    expect(() => readService(value, "items.0")).toThrow(message),
  );
});

describe("a page", () => {
  const listing = (some: Partial<Listing> = {}): Listing => ({
    id: "s.1",
    sequence: 1,
    limit: 500,
    pages: 0,
    items: 0,
    identities: [],
    ...some,
  });
  const text = (items: unknown, metadata: object = { resourceVersion: "10" }) =>
    JSON.stringify({ kind: "ServiceList", apiVersion: "v1", metadata, items });
  const kubernetes = service(
    { name: "kubernetes", namespace: "default", uid: "identity" },
    { type: "ClusterIP" },
  );

  test("adds its Services, its last key and the identities to the list", async () => {
    const {
      listing: after,
      services,
      ...rest
    } = await readPage(text([kubernetes, service()]), listing({ items: 3, pages: 2, identities: ["x"] }));
    expect(after).toEqual({
      ...listing(),
      resourceVersion: "10",
      items: 5,
      pages: 3,
      lastKey: "shop/web",
      identities: ["x", "identity"],
    });
    expect(services.map(({ key }) => key)).toEqual(["shop/web"]);
    expect(rest).toEqual({});
  });

  test.each<[string, unknown, object, string | undefined]>([
    ["with a token goes on", [], { resourceVersion: "10", continue: "t" }, "t"],
    ["with an empty token is the last", [], { resourceVersion: "10", continue: "" }, undefined],
    ["with a null token is the last", null, { resourceVersion: "10", continue: null }, undefined],
  ])("%s", async (_, items, metadata, next) => {
    const page = await readPage(text(items, metadata), listing());
    expect(page.next).toBe(next);
    expect(page.listing).not.toHaveProperty("lastKey");
  });

  test("has as many Services as a cluster may have", async () => {
    const page = await readPage(text([service()]), listing({ items: MAX_ITEMS - 1 }));
    expect(page.listing.items).toBe(MAX_ITEMS);
  });

  test.each<[string, string, Partial<Listing>, string]>([
    [
      "with one Service more",
      text([service()]),
      { items: MAX_ITEMS },
      "items: the list has more than 200000 Services",
    ],
    [
      "of another version of the list",
      text([], { resourceVersion: "11" }),
      { resourceVersion: "10" },
      "11, but the pages before it have 10",
    ],
    [
      "with a Service that is newer than the list",
      text([service({ resourceVersion: "11" })]),
      {},
      "shop/web: its resourceVersion 11 is newer than its list's",
    ],
    [
      "that begins where the last one ended",
      text([service()]),
      { lastKey: "shop/web" },
      "items.0: shop/web follows shop/web",
    ],
    [
      "that begins before the last one ended",
      text([service()]),
      { lastKey: "shop/x" },
      "items.0: shop/web follows shop/x",
    ],
    [
      "with a step back",
      text([service({ name: "b" }), service({ name: "a" })]),
      {},
      "items.1: shop/a follows shop/b",
    ],
    ["of no list", '"text"', {}, "body: "],
    [
      "without items",
      JSON.stringify({ kind: "ServiceList", apiVersion: "v1", metadata: { resourceVersion: "1" } }),
      {},
      "items: ",
    ],
  ])("may not be one %s", (_, body, some, message) =>
    expect(readPage(body, listing(some))).rejects.toThrow(message),
  );

  test("orders keys by their bytes, as the API server does", async () => {
    const items = [service({ name: "\uFF5E" }), service({ name: "\u{1F600}" })];
    expect((await readPage(text(items), listing())).services).toHaveLength(2);
  });
});

describe("a window", () => {
  const event = (type: string, object: object) => JSON.stringify({ type, object });
  const bookmark = (resourceVersion: unknown) => event("BOOKMARK", { metadata: { resourceVersion } });

  test("has its changes in order and ends at its newest version", () =>
    expect(
      readWindow(
        [
          "",
          event("ADDED", service({ resourceVersion: "11" })),
          " ",
          event("DELETED", service({ resourceVersion: "12" })),
          bookmark("12"),
          "",
        ].join("\n"),
        "10",
      ),
    ).resolves.toMatchObject({
      is: "window",
      resourceVersion: "12",
      changes: [
        { type: "present", key: "shop/web" },
        { type: "deleted", key: "shop/web" },
      ],
    }));

  test("that is empty ends where it began", () =>
    expect(readWindow("\n", "10")).resolves.toEqual({ is: "window", changes: [], resourceVersion: "10" }));

  test.each<[string, unknown, object]>([
    [
      "is too old for the API server",
      { code: 410, message: "too old" },
      { is: "expired", message: "too old" },
    ],
    ["failed", { code: 500, message: "etcd" }, { is: "failed", message: "etcd" }],
    ["failed without a message", {}, { is: "failed", message: "the watch failed" }],
    ["failed in another form", "text", { is: "failed", message: "the watch failed" }],
  ])("that %s requests a list", (_, object, expected) =>
    expect(
      readWindow([bookmark("11"), JSON.stringify({ type: "ERROR", object })].join("\n"), "10"),
    ).resolves.toEqual(expected),
  );

  test.each<[string, string, string]>([
    ["older than its beginning", bookmark("9"), "line 1: resourceVersion 9 is older than 10"],
    [
      "that goes back",
      [bookmark("12"), "", bookmark("11")].join("\n"),
      "line 3: resourceVersion 11 is older than 12",
    ],
    ["with a bookmark without a version", bookmark(null), "line 1.metadata.resourceVersion"],
    ["with an event of no type", '{"object":{}}', "line 1: not a watch event of Services"],
  ])("may not be one %s", (_, text, message) => expect(readWindow(text, "10")).rejects.toThrow(message));
});

describe("queries", () => {
  const started = listSession("s", 4);
  test("of a list begin without a resourceVersion: a consistent read", () =>
    expect(started).toEqual({
      id: "s",
      pending: 4,
      query: "limit=500",
      listing: { id: "s.4", sequence: 4, limit: 500, pages: 0, items: 0, identities: [] },
    }));

  test("of a page go on at its token, and the list keeps the number of its first page", () =>
    expect(pageSession(started, 5, { token: "a&b=c", limit: 250 })).toEqual({
      id: "s",
      pending: 5,
      query: "limit=250&continue=a%26b%3Dc",
      listing: { ...started.listing, limit: 250 },
    }));

  test("of a page without a list begin one", () => {
    const { listing: _none, ...window } = started;
    expect(pageSession(window, 5, { token: "t", limit: 250 })).toEqual(listSession("s", 5));
  });

  test.each([
    [500, 250],
    [25, 12],
    [20, 10],
    [11, 10],
    [10, 10],
  ])("half of %d is %d", (limit, half) => expect(halved(limit)).toBe(half));

  test("of a window begin at a version and end after some seconds", () =>
    expect(windowSession("s", 6, { resourceVersion: "12", seconds: 8 })).toEqual({
      id: "s",
      pending: 6,
      query: "watch=1&resourceVersion=12&allowWatchBookmarks=true&timeoutSeconds=8",
    }));

  const listed = (secondsAgo: number): Feed => ({
    cluster: "one",
    sequence: 9,
    list: {
      resourceVersion: "10",
      sequence: 5,
      services: 1,
      atUtc: new Date(Date.parse(NOW) - secondsAgo * 1000).toISOString(),
    },
  });
  test("a requested list never comes later than one that is due", () => {
    const policy = { declarations: { listSeconds: 2, windowSeconds: 1 } };
    const next = { policy, nowUtc: NOW, resourceVersion: "12", isListRequested: true };
    expect(nextSession(listed(2), started, next).query).toBe("limit=500");
  });

  test.each<[string, Feed, boolean | undefined, string]>([
    ["no list was ever complete", { cluster: "one", sequence: 9 }, undefined, "limit=500"],
    ["the last list is as old as policy allows", listed(600), undefined, "limit=500"],
    ["the last list is younger", listed(599), undefined, "watch=1"],
    ["a change is pending, and the last list is 15 seconds old", listed(15), true, "limit=500"],
    ["a change is pending, and the last list is newer", listed(14), true, "watch=1"],
    ["no change is pending, and the last list is 15 seconds old", listed(15), false, "watch=1"],
  ])("when %s", (_, feed, isListRequested, begin) => {
    const next = {
      policy: defaultPolicy,
      nowUtc: NOW,
      resourceVersion: "12",
      ...(isListRequested !== undefined && { isListRequested }),
    };
    const session = nextSession(feed, started, next);
    expect(session.query.startsWith(begin)).toBe(true);
    expect([session.id, session.pending]).toEqual(["s", 10]);
    if (begin === "watch=1") expect(session.query).toContain("resourceVersion=12&");
  });
});

describe("sessions", () => {
  const session = (id: string, kind: "window" | "list" | "page" = "window", pending = 3): Session => {
    const { listing, ...window } = listSession(id, pending);
    if (kind === "window" || !listing) return window;
    return { ...window, listing: { ...listing, pages: kind === "page" ? 1 : 0 } };
  };
  const feed = (...sessions: Session[]): Feed => ({ cluster: "one", sequence: 7, sessions });

  test.each<[string | undefined, string]>([
    ["a.3", "pending"],
    ["a.2", "answered"],
    ["a.1", "answered"],
    ["a.0", "unknown"],
    ["a.4", "unknown"],
    ["a.-1", "unknown"],
    ["a.1.5", "unknown"],
    ["a.", "unknown"],
    ["a.x", "unknown"],
    ["a", "unknown"],
    ["b.3", "unknown"],
    [".3", "unknown"],
    [undefined, "unknown"],
  ])("number %s is %s", (sequence, is) => expect(placeOf(feed(session("a")), sequence).is).toBe(is));

  test("a session whose id has a dot is found by the last one", () =>
    expect(placeOf(feed(session("a.b")), "a.b.3")).toMatchObject({ is: "pending", session: { id: "a.b" } }));

  test("a feed without sessions has none", () =>
    expect(placeOf({ cluster: "one", sequence: 0 }, "a.1")).toEqual({ is: "unknown" }));

  const ids = ({ sessions = [] }: Feed) => sessions.map(({ id }) => id);
  test.each<[string, Session[], string[]]>([
    ["the one that posted last is at the end, and there once", [session("n"), session("a")], ["a", "n"]],
    ["four stay", [session("a"), session("b"), session("c")], ["a", "b", "c", "n"]],
    [
      "of five the one without a page goes",
      [session("a"), session("b", "page"), session("c", "list"), session("d", "list")],
      ["a", "b", "d", "n"],
    ],
    [
      "else the one without a complete list",
      [session("a"), session("b", "page"), session("c"), session("d")],
      ["a", "c", "d", "n"],
    ],
    [
      "else the one that posted longest ago",
      [session("a"), session("b"), session("c"), session("d")],
      ["b", "c", "d", "n"],
    ],
  ])("%s", (_, sessions, expected) =>
    expect(ids(withSession(feed(...sessions), session("n")))).toEqual(expected),
  );

  test.each([
    [9, 9],
    [5, 7],
  ])("a feed of 7 with a session at %d has number %d: numbers only grow", (pending, sequence) =>
    expect(withSession(feed(), session("n", "window", pending)).sequence).toBe(sequence),
  );

  test("the first session of a feed is kept", () =>
    expect(ids(withSession({ cluster: "one", sequence: 0 }, session("n")))).toEqual(["n"]));

  test("only lists that are being read keep their pages", () => {
    expect(listingsOf(feed(session("a"), session("b", "list"), session("c", "page")))).toEqual([
      "b.3",
      "c.3",
    ]);
    expect(listingsOf({ cluster: "one", sequence: 0 })).toEqual([]);
  });
});

describe("what the sender found at the webhook", () => {
  const probe = (verdict?: string, ends?: string) =>
    readProbe(
      {
        get: (name) =>
          (name === "x-mooring-webhook"
            ? verdict
            : name === "x-mooring-webhook-certificate-ends"
              ? ends
              : undefined) ?? null,
      },
      NOW,
    );
  test.each<[string, ReturnType<typeof probe>, unknown]>([
    ["nothing, if it did not ask", probe(), undefined],
    ["nothing, if it reports nothing", probe("  "), undefined],
    ["its verdict", probe(" ok "), { verdict: "ok", atUtc: NOW }],
    ["no more than 200 characters", probe("x".repeat(201)), { verdict: "x".repeat(200), atUtc: NOW }],
    [
      "when the certificate expires",
      probe("ok", "2027-01-01"),
      { verdict: "ok", atUtc: NOW, certificateEndsAtUtc: "2027-01-01T00:00:00.000Z" },
    ],
    ["no end that is no date", probe("ok", "soon"), { verdict: "ok", atUtc: NOW }],
  ])("is %s", (_, actual, expected) => expect(actual).toEqual(expected));
});
