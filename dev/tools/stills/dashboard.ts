/** The dashboard as people see it, view by view. */
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";

const VIEWS = [
  { name: "overview", route: "overview", theme: "light" },
  { name: "subnet", route: "subnets", theme: "dark", deeper: openSubnet },
] as const;

const VIEWPORT = { width: 1280, height: 800 };

/** Writes a PNG for each view; gives their names. */
export async function dashboardStills(
  browser: Browser,
  directory: string,
  hostUrl: string,
): Promise<string[]> {
  const names: string[] = [];
  for (const { name, route, theme, ...view } of VIEWS) {
    const page = await browser.newPage({ viewport: VIEWPORT, colorScheme: theme });
    await page.goto(`${hostUrl}/api/dashboard/#/${route}`);
    await settled(page);
    if ("deeper" in view) await view.deeper(page);
    await page.screenshot({ path: join(directory, `${name}.png`) });
    await page.close();
    names.push(`${name}.png`);
  }
  return names;
}

/** The network that clusters share has the most to see. */
async function openSubnet(page: Page): Promise<void> {
  await page.getByRole("link", { name: "apps" }).first().click();
  await page.locator("canvas").first().waitFor();
  await settled(page);
}

/** Nothing in the view is still being read. */
async function settled(page: Page): Promise<void> {
  await page.locator("h1").waitFor();
  await page.locator(".skeleton").first().waitFor({ state: "detached" });
}
