/**
 * The dashboard in real Chromium, on a separate sandbox with the built app and the seeded estate. Errors of a page, and requests to
 * other origins than the app, are recorded; there must be none.
 */
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { DemoWorld } from "../../dev/sandbox/demo/world.ts";
import type { Sandbox } from "../../dev/sandbox/start/startSandbox.ts";
import { openChromium } from "../../dev/tools/chromium.ts";
import { sandboxed } from "./sandboxed.ts";

export { START_MILLISECONDS } from "./sandboxed.ts";

const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const HEIGHT = 900;

export const WIDTHS = [360, 1440] as const;
/** A cluster reports about every half minute; some writes wait for it. */
export const NEXT_REPORT = { timeout: 90_000 };
export const THEMES = ["light", "dark"] as const;

export interface Look {
  readonly width?: (typeof WIDTHS)[number];
  readonly theme?: (typeof THEMES)[number];
}

export interface Dashboard {
  readonly url: string;
  readonly sandbox: Sandbox;
  /** To act as people in the portal, consumers and operators on a command line do. */
  readonly world: DemoWorld;
  /** A new page at `#/…`, fully loaded; it is closed when the test ends. */
  open(route: string, look?: Look): Promise<Page>;
  /** Errors of consoles and scripts, and requests to other origins than the app, so far. */
  readonly troubles: string[];
  /** What the API answers; with `x-mooring-request` and, if there is one, a JSON body. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<any>;
  close(): Promise<void>;
}

export async function dashboard(): Promise<Dashboard> {
  const { sandbox, close } = await sandboxed();
  const browser = await openChromium();
  const troubles: string[] = [];
  const url = `${sandbox.hostUrl}/api/dashboard/`;
  return {
    url,
    sandbox,
    world: new DemoWorld(sandbox, sandbox.arm.fetch),
    troubles,
    open: (route, look = {}) => openPage(browser, `${url}#/${route}`, look, troubles),
    call: (method, path, body, headers) => call(`${sandbox.hostUrl}/api/v1${path}`, method, body, headers),
    async close() {
      await browser.close();
      await close();
    },
  };
}

/** A new page, fully loaded; it is closed when the test ends. */
export async function openPage(browser: Browser, url: string, look: Look, troubles: string[]): Promise<Page> {
  const { width = 1440, theme = "light" } = look;
  const context = await browser.newContext({ viewport: { width, height: HEIGHT }, colorScheme: theme });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) troubles.push(`asked ${request.url()}`);
  });
  await page.goto(url);
  await shown(page);
  return page;
}

/** Resolves when the view is shown and has loaded all its data. */
export async function shown(page: Page): Promise<void> {
  await page.locator("h1").waitFor();
  await page.waitForFunction(() => (globalThis as any).document.querySelector(".skeleton") === null);
}

/** Takes out what Chromium logs of answers that are no success: some tests ask for them. */
export function forgiveFailures(troubles: string[]): void {
  const others = troubles.filter((trouble) => !trouble.startsWith("Failed to load resource"));
  troubles.splice(0, troubles.length, ...others);
}

/** What axe has against the page as it is now, a line each. */
export async function violations(page: Page): Promise<string[]> {
  // Through the debugger: the page's own policy runs no script but the app's.
  await page.evaluate(axe.source);
  const found = await page.evaluate(async (values) => {
    const { axe, document } = globalThis as any;
    const { violations } = await axe.run(document, {
      runOnly: { type: "tag", values },
      resultTypes: ["violations"],
    });
    return violations.map(({ id, nodes }: any) => ({ id, at: nodes.map((node: any) => node.html) }));
  }, STANDARDS);
  return found.map(({ id, at }: { id: string; at: string[] }) => `${id}: ${at.join(" | ").slice(0, 600)}`);
}

/** How many pixels the page is wider than its window. */
export async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = (globalThis as any).document.documentElement;
    return scrollWidth - clientWidth;
  });
}

async function call(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<any> {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json", "x-mooring-request": "1", ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}
