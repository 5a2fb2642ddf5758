import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ArmClient } from "../../dev/sandbox/cluster/armClient.ts";
import { connect } from "../../dev/sandbox/world/seed.ts";
import {
  dashboard,
  overflow,
  START_MILLISECONDS,
  THEMES,
  violations,
  WIDTHS,
  type Dashboard,
} from "../builders/dashboard.ts";

const PARTNER = "22222222-2222-4222-8222-222222222222";

let board: Dashboard;
beforeAll(async () => {
  board = await dashboard();
  await board.world.fire("scanInventory");
}, START_MILLISECONDS);
afterAll(() => board.close());
afterEach(() => expect(board.troubles.splice(0)).toEqual([]));

const tile = (page: Page, title: string) => page.getByRole("link", { name: new RegExp(`\\d+ ?${title}`) });
const card = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

// In this order: the first of them sees a world that was never audited.
describe("required actions", { shuffle: false }, () => {
  describe("before the first audit", { shuffle: false }, () => {
    test("empty cards describe what belongs there and how to get it", async () => {
      const page = await board.open("overview");
      await page.getByText("No audit has run yet.").waitFor();
      await page.getByText("No history yet.").waitFor();
      await card(page, "Mooring status").getByText("none yet").first().waitFor();
      expect(await violations(page)).toEqual([]);
    });

    test("an audit runs at the press of a button, and what it found appears without a reload", async () => {
      const page = await board.open("overview");
      await page.getByRole("button", { name: "Run audit" }).click();
      await page.getByText("Audit started.").waitFor();
      await card(page, "Last audits").getByText(/^done/).first().waitFor();
      await tile(page, "Warnings")
        .getByText(/^[1-9]/)
        .waitFor();
      const { items } = await board.call("GET", "/findings?severity=warning");
      expect(await tile(page, "Warnings").textContent()).toContain(String(items.length));
      await page.getByRole("img", { name: /Open findings per day/ }).waitFor();
    });
  });

  describe("when something was found", () => {
    beforeAll(async () => {
      await board.call("POST", "/audits", {});
      await board.world.eventually("an audit", async () => {
        const { items } = await board.call("GET", "/audits?state=done");
        return items.length > 0 ? items : undefined;
      });
    });

    test.each([
      ["Pending approvals", /#\/pls\?tab=connections$/],
      ["In quarantine", /#\/orphans$/],
      ["Errors", /#\/findings\?severity=error$/],
      ["Warnings", /#\/findings\?severity=warning$/],
      ["Info", /#\/findings\?severity=info$/],
    ])("%s leads to what it counts", async (title, url) => {
      const page = await board.open("overview");
      await tile(page, title).click();
      await page.waitForURL(url);
    });

    test("the trend can be read as a table", async () => {
      const page = await board.open("overview");
      await page.getByText("Show as table").click();
      const { trend } = await board.call("GET", "/overview");
      const rows = card(page, "Trend").getByRole("row");
      expect(await rows.count()).toBe(trend.length + 1);
    });

    test("a cluster leads to its findings", async () => {
      const page = await board.open("overview");
      await page.getByRole("grid", { name: "Cluster health" }).getByRole("link", { name: "aks-two" }).click();
      await page.waitForURL(/#\/findings\?cluster=aks-two$/);
    });

    describe.each(THEMES)("in %s", (theme) => {
      test.each(WIDTHS)(
        "at %i pixels axe has nothing against it, and nothing is wider than it",
        async (width) => {
          const page = await board.open("overview", { theme, width });
          expect(await violations(page)).toEqual([]);
          expect(await overflow(page)).toBe(0);
        },
      );
    });
  });
});

test("a pending private endpoint connection is counted without a reload", async () => {
  const page = await board.open("overview");
  const before = await board.call("GET", "/overview");
  const privateLinkServices = await board.call("GET", "/pls");
  const pls = privateLinkServices.items.find(({ name }: any) => name === "pls-payments");
  const consumer = { objectId: "partner", applicationId: "partner", name: "partner-team" };
  const arm = new ArmClient(board.sandbox.arm.fetch, consumer);
  await connect(arm, PARTNER, { name: "pe-new", pls: pls.id, way: "manual" });
  await tile(page, "Pending approvals")
    .getByText(String(before.needs.connections + 1), { exact: true })
    .waitFor({ timeout: 60_000 });
});

test("every page shows that changes are stopped, until they are resumed", async () => {
  const page = await board.open("overview");
  await board.world.mooring(["stop", "a freeze <b>now</b>"]);
  await page.getByText("Changes stopped").first().waitFor();
  await page.getByText("a freeze <b>now</b>").first().waitFor();
  expect(await violations(page)).toEqual([]);
  await board.world.mooring(["resume"]);
  await expect.poll(() => page.getByText("Changes stopped").count(), { timeout: 30_000 }).toBe(0);
});

test("while Azure does not respond the page reports that and shows the rest", async () => {
  await board.world.control("POST", "/faults", {
    path: "privateLinkServices",
    action: { kind: "error", status: 503 },
  });
  try {
    const page = await board.open("overview");
    await card(page, "Mooring status")
      .getByText("Azure Resource Manager does not respond")
      .waitFor({ timeout: 60_000 });
    await card(page, "Clusters").getByText("aks-one").waitFor();
  } finally {
    await board.world.control("DELETE", "/faults");
  }
});
