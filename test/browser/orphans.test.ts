import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { PARTNER } from "../../dev/sandbox/world/definition.ts";
import type { ArmClient } from "../../dev/sandbox/cluster/armClient.ts";
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
} from "../builders/dashboard.ts";
import { changePolicy, inPortal, tabTo } from "../builders/person.ts";

const READER = { name: "reader@example.com", roles: ["Mooring.Reader"], isSandbox: true, version: "1" };
const OPERATOR = "operator@sandbox";
const DEAD = "aks-old";
/** A deleted cluster that was silent for so long is believed to be deleted. */
const SILENT_MINUTES = 0.1;
/** A grace period is never shorter than this and the silence together. */
const LIST_SECONDS = 2;
/** Answers are from at most ten seconds ago, and read every five. */
const LIVE = { timeout: 30_000 };

let board: Dashboard;
let portal: ArmClient;
beforeAll(async () => {
  board = await dashboard();
  portal = inPortal(board.sandbox);
  await changePolicy(board.sandbox, (policy) => {
    // Only the deleted cluster's may go: what the other tests hold stays.
    policy.scope.sweep.clusters = [DEAD];
    policy.staleMinutes = SILENT_MINUTES;
    policy.declarations.listSeconds = LIST_SECONDS;
  });
  await board.world.eventually("the quarantine", async () => {
    await sweep();
    return (await inQuarantine()).length >= 3 ? true : undefined;
  });
}, START_MILLISECONDS);
afterAll(() => board.close());
afterEach(() => expect(board.troubles.splice(0)).toEqual([]));

describe("keeping", () => {
  test("an orphan is held with keys only, the list shows actor and reason; after the release its grace period starts again", async () => {
    const { key, name, quarantine: before } = await connection();
    const page = await board.open("orphans?kind=connection");
    await tabTo(page, `Hold ${name}`);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: `Hold ${name}` }).waitFor();
    await page.keyboard.type("back on Monday");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    const row = page.getByRole("row").filter({ hasText: name });
    await row.getByText(`${OPERATOR}: back on Monday`).waitFor(LIVE);
    expect((await orphan(key)).hold).toMatchObject({ who: OPERATOR, why: "back on Monday" });

    await row.getByRole("button", { name: `Release ${name}` }).click();
    await row.getByRole("button", { name: `Hold ${name}` }).waitFor(LIVE);
    const after = await orphan(key);
    expect(after.hold).toBeUndefined();
    expect(after.quarantine?.sinceUtc).not.toBe(before.sinceUtc);
    await restoreQuarantine();
  });

  test("a hold by another operator appears without a reload", async () => {
    const { key, name } = await connection();
    const page = await board.open(`orphans/${key}`);
    await page.getByText("Mooring re-verifies it after the grace period").waitFor();
    await board.call("PUT", `/holds/${key}`, { reason: "from elsewhere" });
    await page.getByText("Reason: from elsewhere").waitFor(LIVE);
    await page.getByRole("button", { name: `Release ${name}` }).click();
    await page.getByRole("button", { name: `Hold ${name}` }).waitFor(LIVE);
    await restoreQuarantine();
  });

  test("a Reader sees it all and keeps nothing", async () => {
    const page = await openAsReader("orphans");
    await page.getByRole("row").filter({ hasText: "pe-gone" }).waitFor();
    expect(await page.getByRole("button", { name: /^(Hold|Release)/ }).count()).toBe(0);
    await page.getByRole("button", { name: "Sweep now…" }).click();
    await page.getByRole("dialog").getByText("Nothing to delete").waitFor();
    expect(await page.getByRole("dialog").getByRole("button", { name: "Delete" }).count()).toBe(0);
  });
});

describe("deleting", () => {
  test("a sweep in enforce deletes what is due, and what it deleted is restored from the list", async () => {
    const balancer = `${await deadGroup()}/providers/Microsoft.Network/loadBalancers/kubernetes-internal`;
    expect(await portal.get(balancer)).toBeDefined();
    await changePolicy(board.sandbox, enforceAtOnce);
    onTestFinished(() => changePolicy(board.sandbox, observeAgain));
    await board.world.eventually("the grace periods to be over", async () => {
      const { plan } = await board.call("POST", "/orphans/sweep?dryRun=true", {});
      return plan.changes.length >= 3 ? true : undefined;
    });
    const page = await board.open("orphans");
    await page.getByText("Enforce mode:").waitFor(LIVE);
    await page.getByRole("button", { name: "Sweep now…" }).click();
    await page.getByRole("dialog").locator(".identity").getByText(balancer).waitFor();
    await page.getByRole("button", { name: "Delete" }).click();
    const applied = page.getByRole("dialog").getByText("applied").first();
    // The grace period of another orphan may end meanwhile: then the new plan is shown. The timer's own sweep may be running.
    const again = page.getByRole("dialog").getByText(/The plan changed|is being worked on/);
    await applied.or(again).first().waitFor(LIVE);
    while (!(await applied.isVisible())) {
      await page.getByRole("button", { name: "Delete" }).click();
      await applied.or(again).first().waitFor(LIVE);
    }
    forgiveFailures(board.troubles);
    await page.keyboard.press("Escape");
    await board.world.eventually("the load balancer to be deleted", async () =>
      // ARM throttles frequent reads.
      (await portal.get(balancer).catch(() => "throttled")) ? undefined : true,
    );
    await page.getByRole("button", { name: "Restore kubernetes-internal" }).waitFor(LIVE);

    await changePolicy(board.sandbox, observeAgain);
    await page.getByText("Observe mode:").waitFor(LIVE);
    await page.getByRole("button", { name: "Restore kubernetes-internal" }).click();
    await page.getByRole("dialog").getByText("create", { exact: true }).waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Restore" }).click();
    await page.getByRole("dialog").getByRole("link", { name: "Journal entry" }).waitFor(LIVE);
    expect(await portal.get(balancer)).toMatchObject({ name: "kubernetes-internal" });
    const { items } = await board.call("GET", `/journal?resource=${encodeURIComponent(balancer)}`);
    expect(items.map(({ change, who }: any) => `${change.action} by ${who}`)).toEqual(
      expect.arrayContaining([`create by ${OPERATOR}`, `delete by ${OPERATOR}`]),
    );
  });
});

test("a sweep with a pending cluster requests its list, and states when to sweep again", async () => {
  const page = await board.open("orphans");
  const plan = { changes: [], losses: [], etag: '"empty"' };
  await page.route("**/api/v1/orphans/sweep*", (route) =>
    route.fulfill({
      json: { plan, awaited: ["aks-one"], ...(!route.request().url().includes("dryRun") && { applied: [] }) },
    }),
  );
  await page.getByRole("button", { name: "Sweep now…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Orphans of cluster aks-one are due").waitFor();
  await dialog.getByRole("button", { name: "Request confirmation" }).click();
  await dialog.getByText("Mooring requested a list from the cluster").waitFor();
  expect(await violations(page)).toEqual([]);
});

describe("one orphan", () => {
  test("shows evidence for, evidence against, missing evidence, and the next step", async () => {
    const { key } = await connection();
    const page = await board.open(`orphans/${key}`);
    const side = (name: string) => page.getByRole("region", { name });
    await side("Evidence for (2)").getByText("as Disconnected").waitFor();
    await side("Evidence against (0)").getByText("No contradicting evidence.").waitFor();
    await side("Missing evidence (0)").getByText("the evidence is complete").waitFor();
    await side("Next step").getByText("Observe mode: not deleted automatically.").waitFor();
    await side("Next step")
      .getByText(/^[67] days/)
      .waitFor();
  });

  test("a resource that is no orphan shows a message", async () => {
    const page = await board.open("orphans/bm9uZQ");
    await page.getByText("Not an orphan candidate").waitFor();
  });
});

test("filters stand in the address", async () => {
  const page = await board.open("orphans?kind=connection&cluster=aks-two");
  await page.getByRole("link", { name: /^pe-gone/ }).waitFor();
  await page.getByRole("combobox", { name: "Kind" }).selectOption("Frontend");
  await page.getByText("No orphans match these filters.").waitFor();
  expect(page.url()).toContain("kind=frontend");
});

test("without orphans the page shows a message", async () => {
  const page = await board.open("journal");
  await page.route("**/api/v1/orphans?*", (route) =>
    route.fulfill({ json: { mode: "observe", items: [], unreadable: [], deleted: [] } }),
  );
  await page.goto(`${board.url}#/orphans`);
  await page.getByText("No orphans.").waitFor();
  expect(await violations(page)).toEqual([]);
});

test("a subscription that could not be read is named: its orphans are not listed", async () => {
  const page = await board.open("journal");
  await page.route("**/api/v1/orphans?*", (route) =>
    route.fulfill({ json: { mode: "observe", items: [], unreadable: [PARTNER], deleted: [] } }),
  );
  await page.goto(`${board.url}#/orphans`);
  await page.getByText(`Subscription ${PARTNER} could not be read`).waitFor();
  await page.getByText("in the other subscriptions").waitFor();
  expect(await violations(page)).toEqual([]);
});

describe.each(THEMES)("in the %s theme", (theme) => {
  test.each(WIDTHS)("at %i pixels axe finds nothing and nothing sticks out", async (width) => {
    const { key, name } = await connection();
    const page = await board.open("orphans", { theme, width });
    await page.getByRole("row").filter({ hasText: name }).waitFor(LIVE);
    await clean(page);
    await page.getByRole("button", { name: `Hold ${name}` }).click();
    await clean(page);
    await page.keyboard.press("Escape");
    await page.goto(`${board.url}#/orphans/${key}`);
    await page.getByRole("heading", { level: 1, name }).waitFor();
    await clean(page);
  });
});

function enforceAtOnce(policy: any): void {
  policy.modes.sweep = "enforce";
  Object.assign(policy, { sweepGraceSeconds: 0, maxDeletePercent: 100 });
}

function observeAgain(policy: any): void {
  policy.modes.sweep = "observe";
  policy.sweepGraceSeconds = 7 * 24 * 3600;
}

async function clean(page: Page): Promise<void> {
  await shown(page);
  expect(await violations(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
}

const SWEEP_MILLISECONDS = 3000;
let sweptAt = 0;

/** Fires the timer, which brings the quarantine up to date, unless it was fired just before: ARM throttles frequent reads. */
async function sweep(): Promise<void> {
  if (Date.now() - sweptAt < SWEEP_MILLISECONDS) return;
  sweptAt = Date.now();
  await board.world.fire("sweepOrphans");
}

async function inQuarantine(): Promise<any[]> {
  const { items } = await board.call("GET", "/orphans");
  return items.filter(({ quarantine }: any) => quarantine !== undefined);
}

/** What is released comes back with the next sweep. */
async function restoreQuarantine(): Promise<void> {
  await board.world.eventually("its quarantine", async () => {
    await sweep();
    return (await connection()).quarantine;
  });
}

/** The seeded one whose private endpoint was deleted, of an existing cluster. */
async function connection(): Promise<any> {
  const { items } = await board.call("GET", "/orphans");
  return items.find(({ name }: any) => name.startsWith("pe-gone."));
}

function orphan(key: string): Promise<any> {
  return board.call("GET", `/orphans/${key}`);
}

async function deadGroup(): Promise<string> {
  const { items } = await board.call("GET", "/orphans");
  const { resourceId } = items.find(({ cluster }: any) => cluster === DEAD);
  return resourceId.split("/providers/")[0];
}

async function openAsReader(route: string): Promise<Page> {
  const page = await board.open("journal");
  await page.route("**/api/v1/me", (route) => route.fulfill({ json: READER }));
  await page.goto("about:blank");
  await page.goto(`${board.url}#/${route}`);
  await shown(page);
  return page;
}
