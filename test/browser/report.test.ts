/** The HTML report in real Chromium: it opens as a file, reads in both themes, on a phone and on paper, and runs no scripts. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { FORMATS } from "../../shared/audit/report/formats.ts";
import type { AuditReport } from "../../shared/audit/report/model.ts";
import { openChromium } from "../../dev/tools/chromium.ts";
import { overflow, THEMES, violations, WIDTHS } from "../builders/dashboard.ts";
import { report, reported } from "../builders/report.ts";

let directory: string;
let browser: Browser;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mooring-report-"));
  browser = await openChromium();
});
afterAll(async () => {
  await browser.close();
  await rm(directory, { recursive: true, force: true });
});

const HOSTILE = `<img src=x onerror="document.title='pwned'"></style></pre><script>document.title="pwned"</script>\u202E`;

/** Everything that a report can have. */
const FULL = report({
  findings: [
    ...report().findings,
    reported({
      id: "0000000000ff",
      check: "x-y",
      about: HOSTILE,
      message: `${HOSTILE} ${"rule".repeat(60)}`,
      cluster: HOSTILE,
    }),
  ],
  unfinished: [{ scope: "mooring", state: "failed", why: HOSTILE }],
});

interface Look {
  readonly width?: number;
  readonly theme?: (typeof THEMES)[number];
}

async function openReport(some: AuditReport, { width = 1440, theme = "light" }: Look = {}) {
  const file = join(directory, "report.html");
  await writeFile(file, FORMATS.html.render(some));
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("console", (message) => troubles.push(message.text()));
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on(
    "request",
    (request) => request.url().startsWith("file:") || troubles.push(`asked ${request.url()}`),
  );
  await page.goto(pathToFileURL(file).href);
  return { page, troubles };
}

const background = (page: Page) =>
  page.evaluate(() => {
    const { getComputedStyle, document } = globalThis as any;
    return getComputedStyle(document.body).backgroundColor as string;
  });

describe("the HTML report", () => {
  test.each(THEMES.flatMap((theme) => WIDTHS.map((width) => [theme, width] as const)))(
    "%s at %d px: axe finds nothing, nothing is cut off, nothing is requested, no name runs",
    async (theme, width) => {
      const { page, troubles } = await openReport(FULL, { theme, width });
      expect(await violations(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
      expect(await page.title()).toMatch(/^Mooring audit: /);
      expect(await background(page)).toBe(theme === "dark" ? "rgb(13, 17, 23)" : "rgb(255, 255, 255)");
      expect(troubles).toEqual([]);
    },
  );

  test("a check in the contents leads to its findings", async () => {
    const { page } = await openReport(FULL, { width: 360 });
    await page.getByRole("link", { name: "A Private Link Service's visibility differs" }).click();
    await expect.poll(() => new URL(page.url()).hash).toBe("#pls-visibility-differs-error");
    expect(await page.locator("#f-9c1f0a2b3c4d pre span").allTextContents()).toEqual([
      "~ properties.visibility",
      "  + a",
    ]);
  });

  test("paper is white whatever the theme, and no finding is torn apart", async () => {
    const { page } = await openReport(FULL, { theme: "dark" });
    await page.emulateMedia({ media: "print" });
    expect(await background(page)).toBe("rgb(255, 255, 255)");
    const breaks = await page
      .locator("article")
      .evaluateAll((articles) =>
        articles.map((article) => (globalThis as any).getComputedStyle(article).breakInside as string),
      );
    expect(new Set(breaks)).toEqual(new Set(["avoid"]));
    const pdf = await page.pdf({ preferCSSPageSize: true });
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
  });

  test("an audit without findings shows a message", async () => {
    const open = { error: 0, warning: 0, info: 0 };
    const { page } = await openReport(report({ findings: [], open, acknowledged: 0, suspected: 0 }));
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("No open findings");
    expect(await violations(page)).toEqual([]);
  });
});
