/** Very long lists, and states that are hard to reach in a real app: the built dashboard in front of a stubbed API. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Finding, Plan } from "../../api/model.ts";
import { openChromium } from "../../dev/tools/chromium.ts";
import { forgiveFailures, openPage, overflow, shown, violations, type Look } from "../builders/dashboard.ts";
import { OPERATOR, stubbedDashboard, type StubbedDashboard } from "../builders/stubbedDashboard.ts";

const MANY = 10_000;
const PAGE = 1000;
const HOSTILE = `<img src="https://elsewhere.example/x" onerror="alert(1)">`;

const findings = Array.from({ length: MANY }, (_, index) => finding(index));

function finding(index: number): Finding {
  return {
    id: index.toString(16).padStart(12, "0"),
    check: index % 3 === 0 ? "pls-missing" : "address-differs",
    severity: index % 5 === 0 ? "error" : "warning",
    state: "open",
    scope: "subscription:11111111-1111-4111-8111-111111111111",
    about: `one/shop/service-${index}`,
    name: `service-${index}`,
    message: `thing ${index} is not as declared`,
    advice: "see to it",
    fixable: true,
    firstSeenAtUtc: "2026-11-01T00:00:00Z",
    lastSeenAtUtc: "2026-11-25T00:00:00Z",
    etag: `"${index}"`,
  };
}

const PLAN: Plan = {
  etag: '"p1"',
  losses: ["its alias will be another"],
  changes: [
    {
      action: "delete",
      resourceId: "/subscriptions/1/x",
      name: HOSTILE,
      capability: "privateLinkServices",
      cluster: "one",
      reason: HOSTILE,
      lines: [
        { mark: "-", text: HOSTILE },
        { mark: "+", text: "kept" },
      ],
      evidence: [{ says: HOSTILE, source: "ARM", atUtc: "2026-11-25T00:00:00Z" }],
    },
  ],
};

let directory: string;
let browser: Browser;
let stub: StubbedDashboard;
const troubles: string[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mooring-table-"));
  stub = await stubbedDashboard(directory, {
    "GET /findings": paged,
    "GET /findings/000000000000": finding(0),
    "POST /findings/000000000000/fix": { plan: PLAN },
  });
  browser = await openChromium();
});
afterAll(async () => {
  await browser.close();
  await stub.close();
  await rm(directory, { recursive: true, force: true });
});
afterEach(() => expect(troubles.splice(0)).toEqual([]));

function paged(search: string) {
  const from = Number(new URLSearchParams(search).get("continuation") ?? 0);
  const next = from + PAGE;
  return { items: findings.slice(from, next), ...(next < MANY && { continuation: String(next) }) };
}

const open = (route: string, look: Look = {}) => openPage(browser, `${stub.url}#/${route}`, look, troubles);
const rows = (page: Page) => page.locator(".table-body [role=row]");
const focused = (page: Page) => page.evaluate(() => (globalThis as any).document.activeElement.textContent);

describe("ten thousand rows", () => {
  test("only those that can be seen are in the document, and all are counted", async () => {
    const page = await open("findings");
    await page.getByText("10,000 findings").waitFor();
    expect(await page.getByRole("grid").getAttribute("aria-rowcount")).toBe(String(MANY + 1));
    expect(await rows(page).count()).toBeLessThan(60);
  });

  test("the keyboard reaches the last and comes back, the focus with it", async () => {
    const page = await open("findings");
    await rows(page).first().focus();
    await page.keyboard.press("End");
    await expect.poll(() => focused(page)).toContain("Thing 9999 ");
    expect(await rows(page).filter({ hasText: "Thing 9999 " }).isVisible()).toBe(true);
    expect(await rows(page).count()).toBeLessThan(60);
    await page.keyboard.press("PageUp");
    await expect.poll(() => focused(page)).not.toContain("Thing 9999 ");
    await page.keyboard.press("Home");
    await expect.poll(() => focused(page)).toContain("Thing 0 ");
  });

  test("the wheel reaches any, and the row that has the focus keeps it", async () => {
    const page = await open("findings");
    await rows(page).first().focus();
    await page.getByRole("grid").evaluate((grid) => void (grid.scrollTop = 200_000));
    await rows(page).filter({ hasText: "Thing 5000 " }).waitFor();
    expect(await focused(page)).toContain("Thing 0 ");
  });

  test("a heading sorts them, and again the other way", async () => {
    const page = await open("findings");
    const heading = page.getByRole("columnheader", { name: "Resource" });
    await heading.getByRole("button").click();
    expect(await heading.getAttribute("aria-sort")).toBe("ascending");
    await heading.getByRole("button").click();
    expect(await heading.getAttribute("aria-sort")).toBe("descending");
    await rows(page).filter({ hasText: "Thing 9999 " }).waitFor();
  });

  test("Space selects, the checkbox in the head selects all", async () => {
    const page = await open("findings");
    await rows(page).first().focus();
    await page.keyboard.press(" ");
    await page.getByText("1 finding selected").waitFor();
    await page.getByRole("checkbox", { name: "Select all" }).check();
    await page.getByText("10,000 findings selected").waitFor();
  });

  test("on a narrow screen they are cards, and nothing is wider than the screen", async () => {
    const page = await open("findings", { width: 360 });
    await page.locator('.table[data-layout="cards"]').waitFor();
    expect(await rows(page).count()).toBeLessThan(60);
    expect(await overflow(page)).toBe(0);
    expect(await violations(page)).toEqual([]);
  });
});

describe("a plan", () => {
  const plan = async (page: Page) => {
    await page.getByRole("button", { name: "Fix…" }).click();
    await page.getByRole("dialog").getByText("its alias will be another").waitFor();
  };

  test("is shown with its marks in words, its evidence and its losses, and nothing of it becomes an element", async () => {
    const page = await open("findings/000000000000");
    await plan(page);
    await page.getByText("Evidence").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("removed:").waitFor();
    await dialog.getByText("added:").waitFor();
    expect(await page.locator("img").count()).toBe(0);
    expect(await violations(page)).toEqual([]);
  });

  test("keeps the focus, ends with Escape, and gives the focus back", async () => {
    const page = await open("findings/000000000000");
    await plan(page);
    for (let presses = 0; presses < 8; presses += 1) {
      await page.keyboard.press("Tab");
      const isOutside = await page.evaluate(() => {
        const { activeElement, body } = (globalThis as any).document;
        return activeElement !== body && activeElement.closest("dialog") === null;
      });
      expect(isOutside).toBe(false);
    }
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await focused(page)).toBe("Fix…");
  });

  test("cannot be applied by a reader, who sees the reason", async () => {
    stub.answers["GET /me"] = { ...OPERATOR, roles: ["Mooring.Reader"] };
    const page = await open("findings/000000000000");
    await plan(page);
    await page.getByText("applying requires the role Mooring.Operator").waitFor();
    expect(await page.getByRole("button", { name: "Apply" }).isDisabled()).toBe(true);
    stub.answers["GET /me"] = OPERATOR;
  });
});

test("while nothing has been answered a skeleton stands there", async () => {
  const page = await open("overview");
  const { promise, resolve } = Promise.withResolvers<object>();
  stub.answers["GET /journal"] = () => promise;
  await page.getByRole("link", { name: "Journal", exact: true }).click();
  await page.getByRole("status", { name: "Loading" }).waitFor();
  expect(await violations(page)).toEqual([]);
  resolve({ items: [] });
  await shown(page);
  await page.getByText("No changes yet.").waitFor();
  forgiveFailures(troubles);
});
