import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
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

const MAX_FIRST_VIEW_BYTES = 100 * 1024;
const READER = { name: "reader@example.com", roles: ["Mooring.Reader"], isSandbox: false, version: "1" };

let board: Dashboard;
beforeAll(async () => {
  board = await dashboard();
  // The search covers the first scan, which may finish after the sandbox is up.
  await board.world.eventually("the first scan", async () => {
    const { items } = await board.call("GET", "/search?q=pls-ledger");
    return items[0];
  });
}, START_MILLISECONDS);
afterAll(() => board.close());
afterEach(() => expect(board.troubles.splice(0)).toEqual([]));

const focused = (page: Page) => page.evaluate(() => (globalThis as any).document.activeElement.textContent);
const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name }).waitFor();
const answer = (page: Page, path: string, status: number, body: object) =>
  page.route(`**/api/v1${path}`, (route) => route.fulfill({ status, json: body }));

test("the first view takes less than 100 KB of JavaScript, compressed", async () => {
  const page = await board.open("overview");
  const names: string[] = await page.evaluate(() =>
    performance.getEntriesByType("resource").map(({ name }: any) => name),
  );
  const scripts = names.filter((name) => name.endsWith(".js"));
  const sizes = await Promise.all(
    scripts.map(async (name) => gzipSync(await (await fetch(name)).text()).byteLength),
  );
  expect(scripts.length).toBeGreaterThan(1);
  expect(sizes.reduce((a, b) => a + b)).toBeLessThan(MAX_FIRST_VIEW_BYTES);
});

test("each link of the navigation leads to its view, names the tab and takes the focus to the heading", async () => {
  const page = await board.open("overview");
  for (const name of [
    "Subnets",
    "Private Link Services",
    "Orphans",
    "Findings",
    "Audits",
    "Journal",
    "Playground",
  ]) {
    await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name }).click();
    await heading(page, name);
    expect(await page.title()).toBe(`${name} · Mooring`);
    expect(await focused(page)).toBe(name);
  }
  await page.goBack();
  await heading(page, "Journal");
  await page.goForward();
  await heading(page, "Playground");
});

test("the first tab stop skips to the content", async () => {
  const page = await board.open("findings");
  await page.keyboard.press("Tab");
  expect(await focused(page)).toBe("Skip to content");
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => (globalThis as any).document.activeElement.id)).toBe("main");
});

test("/ puts the cursor into the search; what is found opens with Enter", async () => {
  const page = await board.open("overview");
  await page.keyboard.press("/");
  await page.keyboard.type("pls-ledger");
  await page.getByRole("option", { name: "pls-ledger" }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/#\/pls\//);
  await shown(page);
});

test("Enter before the results opens the first result", async () => {
  const page = await board.open("overview");
  await page.keyboard.press("/");
  await page.keyboard.type("pls-ledger");
  await page.keyboard.press("Enter");
  await page.waitForURL(/#\/pls\//);
  await shown(page);
});

test("a search without results shows a message", async () => {
  const page = await board.open("overview");
  await page.getByRole("combobox", { name: /Search/ }).fill("no-such-thing");
  await page.getByText('No results for "no-such-thing"').waitFor();
});

test("an unknown page shows a message", async () => {
  const page = await board.open("nowhere");
  await heading(page, "Page not found");
});

describe("theme", () => {
  const ground = (page: Page) =>
    page.evaluate(
      () =>
        (globalThis as any).getComputedStyle((globalThis as any).document.documentElement).backgroundColor,
    );

  test("follows the system, or what is chosen, which this browser remembers", async () => {
    const page = await board.open("overview", { theme: "light" });
    const light = await ground(page);
    await page.getByLabel("Theme").selectOption("dark");
    const dark = await ground(page);
    expect(dark).not.toBe(light);
    await page.reload();
    await shown(page);
    expect(await ground(page)).toBe(dark);
    await page.getByLabel("Theme").selectOption("system");
    expect(await ground(page)).toBe(light);
  });
});

describe.each(THEMES)("in %s", (theme) => {
  test.each(WIDTHS)(
    "at %i pixels axe has nothing against the frame, and nothing is wider than it",
    async (width) => {
      const page = await board.open("nowhere", { theme, width });
      if (width < 900) await page.getByRole("button", { name: "Menu" }).click();
      await page.getByRole("link", { name: "Overview", exact: true }).waitFor();
      expect(await violations(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
    },
  );
});

test("on a narrow screen the navigation opens on demand and closes when it was used", async () => {
  const page = await board.open("overview", { width: 360 });
  const menu = page.getByRole("button", { name: "Menu" });
  const pls = page.getByRole("link", { name: "Journal", exact: true });
  expect(await pls.isVisible()).toBe(false);
  await menu.click();
  expect(await menu.getAttribute("aria-expanded")).toBe("true");
  await pls.click();
  await heading(page, "Journal");
  expect(await pls.isVisible()).toBe(false);
});

describe("who is signed in", () => {
  const reopen = async (page: Page) => {
    await page.reload();
    await page.locator("main").getByText(/./).first().waitFor();
  };

  test("a reader sees that, and no playground", async () => {
    const page = await board.open("overview");
    await answer(page, "/me", 200, READER);
    await reopen(page);
    await page.getByText("Reader", { exact: true }).waitFor();
    expect(await page.getByRole("link", { name: "Playground" }).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Run audit" }).isDisabled()).toBe(true);
  });

  test("an anonymous user gets a link to sign in", async () => {
    const page = await board.open("overview");
    await answer(page, "/me", 401, { title: "Unauthorized", status: 401, problems: ["Not signed in"] });
    await reopen(page);
    const pls = page.getByRole("link", { name: "Sign in" });
    await pls.waitFor();
    expect(await pls.getAttribute("href")).toMatch(/^\/\.auth\/login\/aad\?post_login_redirect_uri=/);
    expect(await violations(page)).toEqual([]);
    forgiveFailures(board.troubles);
  });

  test("a user without a role sees what is required", async () => {
    const page = await board.open("overview");
    await answer(page, "/me", 403, {
      title: "Forbidden",
      status: 403,
      problems: ["Signed in as ada@example.com, but without role Mooring.Reader"],
    });
    await reopen(page);
    await page.getByText("Mooring.Operator").waitFor();
    forgiveFailures(board.troubles);
  });
});

test("an app that does not respond is reported, old data stays, and the request can be repeated", async () => {
  const page = await board.open("journal");
  const row = page.getByRole("row").nth(1);
  await row.waitFor();
  await page.route("**/api/v1/**", (route) => route.abort());
  await page.getByText("Mooring is unavailable").waitFor();
  expect(await row.isVisible()).toBe(true);
  await page.unroute("**/api/v1/**");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("Mooring is unavailable").waitFor({ state: "detached" });
  forgiveFailures(board.troubles);
});
