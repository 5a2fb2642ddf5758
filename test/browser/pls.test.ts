import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ArmClient } from "../../dev/sandbox/cluster/armClient.ts";
import { PARTNER, PLATFORM } from "../../dev/sandbox/world/definition.ts";
import { connect } from "../../dev/sandbox/world/seed.ts";
import {
  dashboard,
  forgiveFailures,
  overflow,
  shown,
  START_MILLISECONDS,
  THEMES,
  violations,
  WIDTHS,
  type Dashboard,
  NEXT_REPORT,
} from "../builders/dashboard.ts";
import { changePolicy, inPortal, plsNamed, QUICK_REPORTS, tabTo } from "../builders/person.ts";

const READER = { name: "reader@example.com", roles: ["Mooring.Reader"], isSandbox: true, version: "1" };
const OPERATOR = "operator@sandbox";
/** Answers are from at most ten seconds ago, and read every five. */
const LIVE = { timeout: 30_000 };
const LOOKS = THEMES.flatMap((theme) => WIDTHS.map((width) => [theme, width] as const));
/** Consumers with a manual request and a subscription that is not declared; each for one test. */
const PENDING = [
  "pe-keys",
  "pe-unwanted",
  "pe-silent",
  "pe-watched",
  ...LOOKS.map((look) => lookEndpoint(...look)),
];

let board: Dashboard;
let portal: ArmClient;
/** Names of the pending connections, by endpoint. */
let pending: ReadonlyMap<string, string>;
beforeAll(async () => {
  board = await dashboard();
  portal = inPortal(board.sandbox);
  await changePolicy(board.sandbox, ({ modes, declarations }) => {
    // Mooring must not apply the change before the operator of the test does.
    modes.privateLinkServices = "observe";
    Object.assign(declarations, QUICK_REPORTS);
  });
  // Before the first page: answers that lack them would be cached.
  pending = await connectPending();
  await setVisibility("pls-catalog", [PLATFORM]);
}, START_MILLISECONDS);
afterAll(() => board.close());
afterEach(() => expect(board.troubles.splice(0)).toEqual([]));

describe("connections", () => {
  test("a pending one is approved with keys only: Azure has the status, the journal names the operator, and the row disappears", async () => {
    const name = pendingOf("pe-keys");
    const page = await board.open("pls?tab=connections");
    await page.getByRole("row").filter({ hasText: name }).waitFor(LIVE);
    await tabTo(page, `Approve ${name}`);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: `Approve ${name}` }).waitFor();
    await page.keyboard.type("ticket 7");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByText('status: "Pending" -> "Approved"').waitFor();
    await tabTo(page, "Approve");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByRole("link", { name: "Journal entry" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("row").filter({ hasText: name }).waitFor({ state: "detached" });

    const { id, properties } = await connectionNamed(name);
    expect(properties.privateLinkServiceConnectionState.status).toBe("Approved");
    expect(properties.privateLinkServiceConnectionState.description).toContain("ticket 7");
    expect(await journalOf(id)).toMatchObject([{ outcome: "applied", who: OPERATOR }]);
  });

  test("a pending one is rejected on the page of its Private Link Service, where its status changes without a reload", async () => {
    const name = pendingOf("pe-unwanted");
    const page = await openPls("pls-payments");
    const row = page.getByRole("row").filter({ hasText: name });
    await row.getByRole("button", { name: `Reject ${name}` }).click();
    await page.getByRole("textbox", { name: "Reason" }).fill("unknown consumer");
    await page.getByRole("button", { name: "Review change" }).click();
    await page.getByRole("dialog").getByText('status: "Pending" -> "Rejected"').waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Reject" }).click();
    await page.getByRole("dialog").getByRole("link", { name: "Journal entry" }).waitFor();
    await page.keyboard.press("Escape");
    await row.getByText("Rejected", { exact: true }).waitFor(LIVE);

    const { id, properties } = await connectionNamed(name);
    expect(properties.privateLinkServiceConnectionState.status).toBe("Rejected");
    expect(await journalOf(id)).toMatchObject([{ outcome: "applied", who: OPERATOR }]);
    await page
      .getByRole("listitem")
      .filter({ hasText: name })
      .filter({ hasText: OPERATOR })
      .first()
      .waitFor();
  });

  test("without a reason there is no plan", async () => {
    const name = pendingOf("pe-silent");
    const page = await board.open("pls?tab=connections");
    await page.getByRole("button", { name: `Approve ${name}` }).click(LIVE);
    const plan = page.getByRole("button", { name: "Review change" });
    expect(await plan.isDisabled()).toBe(true);
    await page.getByRole("textbox", { name: "Reason" }).fill("   ");
    expect(await plan.isDisabled()).toBe(true);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect((await connectionNamed(name)).properties.privateLinkServiceConnectionState.status).toBe("Pending");
  });

  test("a connection that cannot be decided shows the reason", async () => {
    const page = await board.open("pls?tab=connections&status=Disconnected");
    const row = page.getByRole("row").filter({ hasText: "pe-gone" });
    await row.getByText("The private endpoint was deleted; the consumer must create a new one").waitFor();
    expect(await row.getByRole("button").count()).toBe(0);
  });

  test("a reader sees pending connections and cannot decide", async () => {
    const name = pendingOf("pe-watched");
    const page = await openAsReader("pls?tab=connections");
    const row = page.getByRole("row").filter({ hasText: name });
    await row.getByText("Requires Mooring.Operator").waitFor(LIVE);
    expect(await page.getByRole("button", { name: /^(Approve|Reject)/ }).count()).toBe(0);
  });
});

describe("a Private Link Service that was changed in Azure", () => {
  test("shows the difference without a reload, and a reconcile puts it back", async () => {
    const page = await openPls("pls-ledger");
    await setVisibility("pls-ledger", ["*"]);
    const everybody = page.getByRole("row").filter({ hasText: "not declared" }).filter({ hasText: "*" });
    await everybody.waitFor(LIVE);
    expect(await page.getByRole("row").filter({ hasText: "missing in Azure" }).count()).toBe(2);
    await page.getByRole("button", { name: "Reconcile" }).click();
    await page.getByRole("dialog").getByText("declares visibility otherwise").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Reconcile" }).click();
    // After the report the queue may be quicker than the dialog; both end in the same state.
    await page
      .getByRole("dialog")
      .locator("footer")
      .getByRole("button", { name: "Close" })
      .waitFor(NEXT_REPORT);
    await page.keyboard.press("Escape");
    await everybody.waitFor({ state: "detached", ...LIVE });

    const pls = await plsNamed(portal, "pls-ledger");
    expect(pls.properties.visibility.subscriptions.toSorted()).toEqual([PLATFORM, PARTNER]);
    expect((await journalOf(pls.id))[0]).toMatchObject({ outcome: "applied" });
    forgiveFailures(board.troubles);
  });

  describe("while the cluster has not reported", () => {
    const BUSY = { type: "about:blank", title: "Conflict with the current state", status: 409, problems: [] };

    /**
     * The API refuses every try with its number, once `hold` lets it answer.
     * @param conflict number of a try that is answered with a conflict
     * @param headers of this answer: another write that is going on has a time to try again
     */
    async function waitingDialog(
      hold: (tries: number) => Promise<void> | undefined = () => undefined,
      conflict?: number,
      headers: Record<string, string> = { "retry-after": "5" },
    ) {
      // A difference offers the reconcile, whatever tests before left.
      await setVisibility("pls-ledger", ["*"]);
      const page = await openPls("pls-ledger");
      const { id } = await plsNamed(portal, "pls-ledger");
      await page.getByRole("button", { name: "Reconcile" }).waitFor(LIVE);
      const change = {
        action: "update",
        resourceId: id,
        name: "pls-ledger",
        capability: "privateLinkServices",
        cluster: "aks-one",
      };
      const changes = [{ ...change, reason: "declared otherwise", lines: [], evidence: [] }];
      const plan = { changes, losses: [], etag: "1" };
      let tries = 0;
      await page.route(/\/reconcile(\?|$)/, async (route) => {
        if (route.request().url().includes("dryRun=true")) return route.fulfill({ json: { plan } });
        tries += 1;
        const why = `waiting, try ${tries}`;
        await hold(tries);
        const refused = { outcome: "refused", guard: "awaiting-confirmation", why };
        if (tries === conflict) return route.fulfill({ status: 409, json: BUSY, headers });
        return route.fulfill({ json: { plan, applied: [{ ...change, ...refused }] } });
      });
      await page.clock.install();
      await page.getByRole("button", { name: "Reconcile" }).click();
      await page.getByRole("dialog").getByText("declared otherwise").waitFor();
      await page.getByRole("dialog").getByRole("button", { name: "Reconcile" }).click();
      return { page, tries: () => tries };
    }
    const shows = (page: Page, text: string) => page.getByRole("dialog").getByText(text).waitFor();

    test("closing the dialog ends the tries", async () => {
      const { page, tries } = await waitingDialog();
      await shows(page, "Pending: waiting, try 1.");
      await page.clock.fastForward(5000);
      await shows(page, "Pending: waiting, try 2.");
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await page.clock.fastForward(60_000);
      expect(tries()).toBe(2);
    });

    test("another write of the resource during a try does not end them", async () => {
      const { page, tries } = await waitingDialog(() => undefined, 2);
      await shows(page, "Pending: waiting, try 1.");
      await page.clock.fastForward(5000);
      await expect.poll(tries).toBe(2);
      await expect
        .poll(async () => {
          await page.clock.fastForward(5000);
          return tries();
        })
        .toBeGreaterThan(2);
      await shows(page, "Pending: waiting");
      await page.keyboard.press("Escape");
      forgiveFailures(board.troubles);
    });

    test("a conflict that does not pass ends them, and only a new plan can be applied", async () => {
      const { page, tries } = await waitingDialog(() => undefined, 2, {});
      await shows(page, "Pending: waiting, try 1.");
      await page.clock.fastForward(5000);
      await shows(page, "Conflict with the current state");
      const footer = page.getByRole("dialog").locator("footer").getByRole("button");
      expect(await footer.allInnerTexts()).toEqual(["Close"]);
      await page.clock.fastForward(60_000);
      expect(tries()).toBe(2);
      forgiveFailures(board.troubles);
    });

    test("closing the dialog during a try ends them, too", async () => {
      const answer = Promise.withResolvers<void>();
      const { page, tries } = await waitingDialog((count) => (count === 2 ? answer.promise : undefined));
      await shows(page, "Pending: waiting, try 1.");
      const second = page.waitForResponse((response) => response.url().endsWith("/reconcile"));
      await page.clock.fastForward(5000);
      await expect.poll(tries).toBe(2);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      answer.resolve();
      await (await second).finished();
      // The page takes the answer in between.
      for (let minute = 0; minute < 3; minute += 1) await page.clock.fastForward(60_000);
      expect(tries()).toBe(2);
    });

    test("the tries end after two minutes, with the reason", async () => {
      const { page, tries } = await waitingDialog();
      for (let count = 1; count <= 24; count += 1) {
        await shows(page, `Pending: waiting, try ${count}.`);
        await page.clock.fastForward(5000);
      }
      await page.getByRole("dialog").locator("footer").getByRole("button", { name: "Close" }).waitFor();
      await shows(page, "waiting, try 25");
      expect(tries()).toBe(25);
    });
  });

  test("a Reader may look at the plan, but not do it", async () => {
    const page = await openPls("pls-catalog", openAsReader);
    await page.getByRole("button", { name: "Reconcile" }).click(LIVE);
    const doIt = page.getByRole("dialog").getByRole("button", { name: "Reconcile" });
    await page.getByRole("dialog").getByText("declares visibility otherwise").waitFor();
    expect(await doIt.isDisabled()).toBe(true);
    const pls = await plsNamed(portal, "pls-catalog");
    expect(pls.properties.visibility.subscriptions).toEqual([PLATFORM]);
  });

  test("one that is tagged off is not changed, and shows that", async () => {
    const pls = await plsNamed(portal, "pls-api");
    await portal.put(pls.id, { ...pls, tags: { ...pls.tags, mooring: "off" } });
    const page = await openPls("pls-api");
    await page.getByText("Tagged mooring: off").waitFor(LIVE);
    expect(await page.getByRole("button", { name: "Reconcile" }).count()).toBe(0);
    await page.getByRole("row").getByText("remove the tag first").first().waitFor();
  });
});

describe("the graph", () => {
  test("leads with arrow keys from the Private Link Service to a consumer, and shows everything as a list too", async () => {
    const page = await openPls("pls-catalog");
    await tabTo(page, await nameOf(page, "pls"));
    await page.keyboard.press("ArrowRight");
    expect(await focusedNode(page)).toMatch(/^Endpoint: pe-/);
    await page.keyboard.press("ArrowRight");
    expect(await focusedNode(page)).toMatch(/^Consumer: [0-9-]+/);
    for (const _ of [1, 2, 3, 4]) await page.keyboard.press("ArrowLeft");
    expect(await focusedNode(page)).toBe("Service: aks-two/shop/catalog, confirmed owner");
    await page.getByText("Show as list").click();
    const list = page.locator(".graph-list").first();
    expect(await list.innerText()).toContain("aks-two/shop/catalog");
    expect(await list.locator("ul ul ul").first().innerText()).toContain("pe-catalog");
  });

  test("of a thousand endpoints draws few, and unfolds with Enter, which leads on to what came", async () => {
    const key = await keyOf("pls-catalog");
    const pls = await board.call("GET", `/pls/${key}`);
    const page = await board.open("journal");
    await page.route(`**/api/v1/pls/${key}`, (route) =>
      route.fulfill({ json: { ...pls, graph: crowded(pls.graph) } }),
    );
    await page.goto(`${board.url}#/pls/${key}`);
    await page.locator(".graph-node").first().waitFor();
    const few = await page.locator(".graph-node").count();
    expect(few).toBeLessThan(50);
    const fold = page.getByRole("button", { name: "Show +7 more" }).first();
    await fold.focus();
    await page.keyboard.press("Enter");
    await page.getByText("endpoint-900", { exact: true }).waitFor();
    expect(await page.locator(".graph-node").count()).toBe(few + 6);
    expect(await focusedNode(page)).toMatch(/^Endpoint: endpoint-\d+/);
    expect(await violations(page)).toEqual([]);
  });

  test("runs down the page where it is narrow, and no wider than the page", async () => {
    const page = await openPls("pls-catalog", (route) => board.open(route, { width: 360 }));
    const boxes = await page
      .locator(".graph-node")
      .evaluateAll((nodes) => nodes.map((node) => (node as any).getBoundingClientRect().toJSON()));
    expect(new Set(boxes.map(({ y }) => y)).size).toBe(boxes.length);
    expect(Math.max(...boxes.map(({ right }) => right))).toBeLessThanOrEqual(360);
  });
});

test("the alias is copied", async () => {
  const page = await openPls("pls-catalog");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy alias" }).click();
  await page.getByRole("status").getByText("Alias copied").waitFor();
  const copied = await page.evaluate(() => (globalThis as any).navigator.clipboard.readText());
  expect(copied).toBe((await plsNamed(portal, "pls-catalog")).properties.alias);
});

test("filters stand in the address: they survive a reload and can be handed on", async () => {
  const page = await board.open("pls?cluster=aks-two");
  const names = () =>
    page.getByRole("grid", { name: "Private Link Services" }).getByRole("link").allInnerTexts();
  expect(await names()).toEqual(["pls-catalog"]);
  await page.getByRole("searchbox", { name: /Name, Service/ }).fill("nothing like it");
  await page.getByText("No Private Link Services match these filters.").waitFor();
  await page.reload();
  await page.getByText("No Private Link Services match these filters.").waitFor();
  await page.getByRole("searchbox", { name: /Name, Service/ }).fill("shop catalog");
  await page.getByRole("link", { name: "pls-catalog" }).click();
  await page.getByRole("heading", { level: 1, name: "pls-catalog" }).waitFor();
});

test("an unknown Private Link Service shows a message", async () => {
  const page = await board.open("pls/bm8tc3VjaC1saW5r");
  await page.getByRole("alert").waitFor();
  // The browser itself notes every refusal.
  expect(board.troubles.splice(0).join()).toMatch(/^Failed to load resource.*40[04]/);
});

describe.each(THEMES)("in the %s theme", (theme) => {
  test.each(WIDTHS)("at %i pixels axe finds nothing and nothing sticks out", async (width) => {
    const name = pendingOf(lookEndpoint(theme, width));
    const page = await board.open("pls", { theme, width });
    await clean(page);
    await page.goto(`${board.url}#/pls?tab=connections&status=all`);
    await page.getByRole("button", { name: `Reject ${name}` }).waitFor(LIVE);
    await clean(page);
    await page.getByRole("button", { name: `Reject ${name}` }).click();
    await clean(page);
    await page.keyboard.press("Escape");
    await page.goto(`${board.url}#/pls/${await keyOf("pls-payments")}`);
    await page.getByRole("heading", { name: "Declared and actual" }).waitFor();
    await shown(page);
    await page.getByText("Show as list").click();
    await clean(page);
  });
});

/** The PLS with a thousand endpoints of a hundred subscriptions. */
function crowded({ nodes, edges }: any) {
  const kept = nodes.filter(({ kind }: any) => !["connection", "consumer"].includes(kind));
  const pls = kept.find(({ kind }: any) => kind === "pls").id;
  const ids = new Set(kept.map(({ id }: any) => id));
  const endpoints = Array.from({ length: 1000 }, (_, n) => ({ id: `c${n}`, consumer: `s${n % 100}`, n }));
  return {
    nodes: [
      ...kept,
      ...endpoints.map(({ id, n }) => ({ id, kind: "connection", label: `endpoint-${n}` })),
      ...endpoints.slice(0, 100).map(({ consumer }) => ({ id: consumer, kind: "consumer", label: consumer })),
    ],
    edges: [
      ...edges.filter(([from, to]: any) => ids.has(from) && ids.has(to)),
      ...endpoints.flatMap(({ id, consumer }) => [
        [pls, id],
        [id, consumer],
      ]),
    ],
  };
}

async function clean(page: Page): Promise<void> {
  await shown(page);
  expect(await violations(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
}

async function connectPending(): Promise<ReadonlyMap<string, string>> {
  const { properties } = await plsNamed(portal, "pls-payments");
  for (const name of PENDING) await connect(portal, PARTNER, { name, pls: properties.alias, way: "manual" });
  const { properties: after } = await plsNamed(portal, "pls-payments");
  const names: string[] = after.privateEndpointConnections.map(({ name }: any) => name);
  return new Map(
    PENDING.map((endpoint) => [endpoint, names.find((one) => one.startsWith(`${endpoint}.`)) ?? ""]),
  );
}

function pendingOf(endpoint: string): string {
  return pending.get(endpoint) ?? "";
}

function lookEndpoint(theme: string, width: number): string {
  return `pe-${theme}-${width}`;
}

async function connectionNamed(name: string): Promise<any> {
  const pls = await plsNamed(portal, "pls-payments");
  return pls.properties.privateEndpointConnections.find((one: any) => one.name === name);
}

async function setVisibility(name: string, subscriptions: readonly string[]): Promise<void> {
  const pls = await plsNamed(portal, name);
  pls.properties.visibility = { subscriptions };
  await portal.put(pls.id, pls);
}

async function journalOf(id: string): Promise<any[]> {
  return (await board.call("GET", `/journal?resource=${encodeURIComponent(id)}`)).items;
}

async function keyOf(name: string): Promise<string> {
  const { items } = await board.call("GET", "/pls?limit=1000");
  return items.find((pls: any) => pls.name === name).key;
}

async function openPls(name: string, open = openPlain): Promise<Page> {
  const page = await open(`pls/${await keyOf(name)}`);
  await page.getByRole("heading", { level: 1, name }).waitFor();
  return page;
}

function openPlain(route: string): Promise<Page> {
  return board.open(route);
}

async function openAsReader(route: string): Promise<Page> {
  const page = await board.open("journal");
  await page.route("**/api/v1/me", (route) => route.fulfill({ json: READER }));
  await page.goto("about:blank");
  await page.goto(`${board.url}#/${route}`);
  await shown(page);
  return page;
}

function nameOf(page: Page, kind: string): Promise<string> {
  return page.locator(`.graph-${kind}`).first().getAttribute("aria-label") as Promise<string>;
}

function focusedNode(page: Page): Promise<string> {
  return page.evaluate(() => (globalThis as any).document.activeElement.getAttribute("aria-label"));
}
