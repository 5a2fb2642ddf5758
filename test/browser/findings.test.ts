import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  dashboard,
  forgiveFailures,
  overflow,
  START_MILLISECONDS,
  THEMES,
  violations,
  WIDTHS,
  type Dashboard,
  NEXT_REPORT,
} from "../builders/dashboard.ts";
import { changePolicy, QUICK_REPORTS } from "../builders/person.ts";

const HOSTILE = `<img src="https://elsewhere.example/x" onerror="alert(1)">`;

let board: Dashboard;
let privateLinkServices: { name: string; id: string }[];

beforeAll(async () => {
  board = await dashboard();
  await changePolicy(board.sandbox, ({ declarations }) => Object.assign(declarations, QUICK_REPORTS));
  ({ items: privateLinkServices } = await board.call("GET", "/pls"));
  // While changes are stopped Mooring reconciles nothing: drift that the test creates stays.
  await board.world.mooring(["stop", "the tests"]);
  await setBehindItsBack("pls-ledger", { visibility: { subscriptions: ["*"] } });
  await setBehindItsBack("pls-reports", { fqdns: [HOSTILE] });
  await audit();
}, START_MILLISECONDS);
afterAll(() => board.close());
afterEach(() => expect(board.troubles.splice(0)).toEqual([]));

function idOf(name: string): string {
  return privateLinkServices.find((pls) => pls.name === name)?.id ?? "";
}

async function setBehindItsBack(name: string, properties: object): Promise<void> {
  const body = await board.world.arm("GET", idOf(name));
  await board.world.arm("PUT", idOf(name), { ...body, properties: { ...body.properties, ...properties } });
}

async function audit(): Promise<void> {
  const { id } = await board.call("POST", "/audits", {});
  await board.world.eventually("the audit", async () => {
    const { state } = await board.call("GET", `/audits/${id}`);
    return state === "running" ? undefined : state;
  });
}

async function findingOf(check: string) {
  const { items } = await board.call("GET", `/findings?state=all&check=${check}`);
  return items[0];
}

const row = (page: Page, text: RegExp | string) => page.getByRole("row").filter({ hasText: text });
const panel = (page: Page, name: string) => page.getByRole("complementary", { name });
const dialog = (page: Page) => page.getByRole("dialog");
const focusedText = (page: Page) =>
  page.evaluate(() => (globalThis as any).document.activeElement.textContent);
const focusedRow = (page: Page) =>
  page.evaluate(() => (globalThis as any).document.activeElement.dataset.index);

// In this order: acknowledging and fixing change the findings.
describe("findings", { shuffle: false }, () => {
  test("findings are listed, and one opens beside them with what is declared and what is", async () => {
    const page = await board.open("findings");
    await row(page, /pls-ledger/)
      .first()
      .click();
    const detail = panel(page, "pls-visibility-differs");
    await detail.getByText("Declared", { exact: true }).waitFor();
    await detail.getByText("Actual", { exact: true }).waitFor();
    expect(await page.evaluate(() => (globalThis as any).document.activeElement.textContent)).toBe(
      "pls-visibility-differs",
    );
    await page.keyboard.press("Escape");
    await detail.waitFor({ state: "detached" });
    await expect.poll(() => focusedText(page)).toContain("pls-ledger");
  });

  describe("filters", () => {
    test.each([
      ["severity=error", ({ severity }: any) => severity === "error"],
      ["check=pls-fqdns-differ", ({ check }: any) => check === "pls-fqdns-differ"],
      ["cluster=aks-two", ({ cluster }: any) => cluster === "aks-two"],
      ["text=PLS-REPORTS", (finding: any) => JSON.stringify(finding).includes("pls-reports")],
    ])("%s in the address shows those only", async (query, fits) => {
      const { items } = await board.call("GET", "/findings");
      const page = await board.open(`findings?${query}`);
      await page.getByText(new RegExp(`^${items.filter(fits).length} findings?$`)).waitFor();
    });

    test("what is chosen stands in the address, and what is left can be grouped", async () => {
      const page = await board.open("findings");
      await page.getByLabel("Severity").selectOption("warning");
      await page.waitForURL(/severity=warning/);
      await page.getByLabel("Group by").selectOption("check");
      await row(page, /^pls-fqdns-differ/).waitFor();
      expect(await violations(page)).toEqual([]);
    });

    test("when nothing fits, a link shows all again", async () => {
      const page = await board.open("findings?text=nothing-is-like-this");
      await page.getByRole("link", { name: "Show all" }).click();
      await row(page, /pls-ledger/)
        .first()
        .waitFor();
    });
  });

  test("with the keyboard alone: down the list, open, close", async () => {
    const page = await board.open("findings");
    await page.getByRole("row").nth(1).focus();
    await page.keyboard.press("End");
    const { items } = await board.call("GET", "/findings");
    await expect.poll(() => focusedRow(page)).toBe(String(items.length - 1));
    await page.keyboard.press("Home");
    await expect.poll(() => focusedRow(page)).toBe("0");
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => focusedRow(page)).toBe("1");
    await page.keyboard.press("Enter");
    await page.waitForURL(/#\/findings\/[0-9a-f]{12}/);
    await page.goBack();
    await page.waitForURL(/#\/findings$/);
  });

  test("text of a resource stays text: nothing of it becomes an element", async () => {
    const { id } = await findingOf("pls-fqdns-differ");
    const page = await board.open(`findings/${id}`);
    await page.getByText(HOSTILE).first().waitFor();
    expect(await page.locator("img").count()).toBe(0);
  });

  describe("acknowledging", { shuffle: false }, () => {
    test("needs a reason and a time, is shown with who and why, and can be withdrawn", async () => {
      const { id } = await findingOf("pls-fqdns-differ");
      const page = await board.open(`findings/${id}`);
      await page.getByRole("button", { name: "Acknowledge…" }).click();
      const ask = dialog(page);
      expect(await ask.getByRole("button", { name: "Acknowledge" }).isDisabled()).toBe(true);
      await ask.getByRole("button", { name: "30 days" }).click();
      const until = await ask.getByLabel("Until end of day").inputValue();
      await ask.getByLabel("Reason").fill("we move on Monday");
      expect(await violations(page)).toEqual([]);
      await ask.getByRole("button", { name: "Acknowledge" }).click();
      await panel(page, "pls-fqdns-differ").getByText("we move on Monday").waitFor();
      expect(await findingOf("pls-fqdns-differ")).toMatchObject({
        state: "acknowledged",
        acknowledged: {
          who: "operator@sandbox",
          reason: "we move on Monday",
          untilUtc: `${until}T23:59:59.000Z`,
        },
      });
      await page.getByRole("button", { name: "Withdraw acknowledgement" }).click();
      await page.getByRole("button", { name: "Acknowledge…" }).waitFor();
      expect(await findingOf("pls-fqdns-differ")).toMatchObject({ state: "open" });
    });

    test("several at once", async () => {
      const page = await board.open("findings?cluster=aks-two");
      await page.getByRole("checkbox", { name: "Select all" }).check();
      await page.getByRole("button", { name: /^Acknowledge \d/ }).click();
      await dialog(page).getByLabel("Reason").fill("all of them are expected");
      await dialog(page).getByRole("button", { name: "Acknowledge" }).click();
      await page.getByText("0 findings").waitFor();
      const { items } = await board.call("GET", "/findings?state=acknowledged&cluster=aks-two");
      expect(items.length).toBeGreaterThan(0);
      expect(new Set(items.map(({ acknowledged }: any) => acknowledged.reason))).toEqual(
        new Set(["all of them are expected"]),
      );
    });

    test("of a finding that changed meanwhile is refused with a message", async () => {
      const { id, etag } = await findingOf("pls-fqdns-differ");
      const page = await board.open(`findings/${id}`);
      await page.route(`**/findings/${id}`, (route) => route.abort()); // it is not read again
      await page.getByRole("button", { name: "Acknowledge…" }).click();
      const untilUtc = new Date(Date.now() + 3_600_000).toISOString();
      await board.call(
        "PUT",
        `/findings/${id}/acknowledgement`,
        { untilUtc, reason: "sooner" },
        { "if-match": etag },
      );
      await dialog(page).getByLabel("Reason").fill("later");
      await dialog(page).getByRole("button", { name: "Acknowledge" }).click();
      await page.getByText("changed since it was loaded").waitFor();
      forgiveFailures(board.troubles);
    });
  });

  describe("fixing", { shuffle: false }, () => {
    test("is refused while changes are stopped, with the reason", async () => {
      const { id } = await findingOf("pls-visibility-differs");
      const page = await board.open(`findings/${id}`);
      await page.getByRole("button", { name: "Fix…" }).click();
      await dialog(page).getByText("properties.visibility.subscriptions").waitFor();
      expect(await violations(page)).toEqual([]);
      await dialog(page).getByRole("button", { name: "Apply" }).click();
      await dialog(page).getByText("writes are stopped").waitFor();
    });

    test("shows the plan first; if the world moved, the new plan; then the Private Link Service in Azure is as declared", async () => {
      const { id } = await findingOf("pls-visibility-differs");
      const page = await board.open(`findings/${id}`);
      await page.getByRole("button", { name: "Fix…" }).click();
      await dialog(page).getByText(`["*"]`).waitFor();
      await setBehindItsBack("pls-ledger", { visibility: { subscriptions: [] } });
      await board.world.mooring(["resume"]);
      await dialog(page).getByRole("button", { name: "Apply" }).click();
      await dialog(page).getByText("The plan changed").waitFor();
      await dialog(page).getByRole("button", { name: "Apply" }).click();
      // The cluster may have reported meanwhile, and the queue may be quicker than the dialog: all end in the same state.
      const close = dialog(page).locator("footer").getByRole("button", { name: "Close" });
      await dialog(page).getByText("waiting for the next report of the cluster").or(close).first().waitFor();
      await close.waitFor(NEXT_REPORT);
      const { properties } = await board.world.arm("GET", idOf("pls-ledger"));
      expect(properties.visibility.subscriptions).toHaveLength(2);
      forgiveFailures(board.troubles);
    });
  });

  test("an unknown finding shows a message", async () => {
    const page = await board.open("findings/000000000000");
    await page.getByText("Finding not found: 000000000000").waitFor();
    forgiveFailures(board.troubles);
  });

  describe.each(THEMES)("in %s", (theme) => {
    test.each(WIDTHS)(
      "at %i pixels axe has nothing against the list and a finding, and nothing is wider",
      async (width) => {
        const { id } = await findingOf("pls-fqdns-differ");
        for (const route of ["findings?state=all", `findings/${id}?state=all`]) {
          const page = await board.open(route, { theme, width });
          expect(await violations(page)).toEqual([]);
          expect(await overflow(page)).toBe(0);
        }
      },
    );
  });
});
