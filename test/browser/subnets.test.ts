import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { AddressMap, Subnet } from "../../api/model.ts";
import { boxOf } from "../../web/views/subnets/layout.ts";
import { planFigure } from "../../web/views/subnets/planFigure.ts";
import {
  dashboard,
  overflow,
  shown,
  START_MILLISECONDS,
  THEMES,
  violations,
  WIDTHS,
  type Dashboard,
  type Look,
} from "../builders/dashboard.ts";
import { scanned } from "../builders/scanned.ts";

const NETWORK =
  "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-shared";
const CHECKOUT = "10.240.8.60";

/** An event and a scan later, on a busy machine. */
const SOON = { timeout: 90_000, interval: 500 };

let board: Dashboard;
let subnets: readonly Subnet[];
beforeAll(async () => {
  board = await dashboard();
  subnets = await scanned(board);
}, START_MILLISECONDS);
afterAll(() => board.close());
afterEach(() => expect(board.troubles.splice(0)).toEqual([]));

function keyOf(name: string): string {
  return subnets.find((one) => one.name === name && one.vnet === "vnet-shared")?.key ?? "";
}

async function openMap(name: string, query = "", look: Look = {}): Promise<Page> {
  const page = await board.open(`subnets/${encodeURIComponent(keyOf(name))}${query}`, look);
  await map(page).waitFor();
  return page;
}

const map = (page: Page) => page.getByRole("grid", { name: /^Map of/ });
const tip = (page: Page) => page.locator(".map-tip");
const details = (page: Page) => page.getByRole("region", { name: "Address", exact: true });
const legend = (page: Page, kind: string) => page.getByRole("button", { name: new RegExp(`^${kind}`) });
const count = async (button: Locator) =>
  Number((await button.locator("strong").innerText()).replaceAll(",", ""));
const addresses = (name: string): Promise<AddressMap> =>
  board.call("GET", `/subnets/${encodeURIComponent(keyOf(name))}/addresses`);

/** Where on the page an address of a /24 is drawn. */
async function pointOf(page: Page, lastOctet: number): Promise<{ x: number; y: number }> {
  const width: number = await page.locator(".map-figure").evaluate((element: any) => element.clientWidth);
  const { x, y, width: w, height: h } = boxOf(planFigure(256, width).layout, lastOctet);
  const corner = await page.locator(".map-canvas").first().boundingBox();
  return { x: (corner?.x ?? 0) + x + w / 2, y: (corner?.y ?? 0) + y + h / 2 };
}

async function colourAt(page: Page, lastOctet: number): Promise<string> {
  const width: number = await page.locator(".map-figure").evaluate((element: any) => element.clientWidth);
  const { x, y, height } = boxOf(planFigure(256, width).layout, lastOctet);
  return page
    .locator(".map-canvas canvas")
    .first()
    .evaluate(
      (canvas: any, [left, top]) => {
        const ratio = (globalThis as any).devicePixelRatio;
        return canvas
          .getContext("2d")
          .getImageData(left * ratio, top * ratio, 1, 1)
          .data.join(" ");
      },
      // Beside the number in the cell.
      [x + 4, y + height - 5] as const,
    );
}

describe("the list", () => {
  test("lists every subnet with the data of the API, and filters", async () => {
    const page = await board.open("subnets");
    const table = page.getByRole("grid", { name: "Subnets" });
    const { items } = await board.call("GET", "/subnets");
    for (const { name, prefixes, used, usable } of items as readonly Subnet[]) {
      const row = table.getByRole("row").filter({ hasText: prefixes[0] ?? name });
      await row.getByText(`${used} of ${usable.toLocaleString("en")}`).waitFor();
    }
    await page.getByRole("searchbox", { name: "Name, prefix, delegation" }).fill("10.240.9");
    await page.getByText(`1 of ${items.length} subnets`).waitFor();
    await table.getByRole("link", { name: "small" }).click();
    await page.getByRole("heading", { level: 1, name: "small" }).waitFor();
  });

  test("that is empty because of its filters shows what to do", async () => {
    const page = await board.open("subnets?text=no-such-subnet");
    await page.getByText("No subnets match these filters.").waitFor();
  });
});

describe("the map of a subnet", () => {
  test("counts what Azure has, and the kinds add up to the prefix", async () => {
    const page = await openMap("apps");
    const { properties } = await board.world.arm("GET", `${NETWORK}/subnets/apps`);
    expect(await count(legend(page, "Assigned"))).toBe(properties.ipConfigurations.length);
    const kinds = ["Free", "Assigned", "Claimed", "Excluded", "Azure-reserved"];
    const counts = await Promise.all(kinds.map((kind) => count(legend(page, kind))));
    expect(counts.reduce((a, b) => a + b)).toBe(256);
  });

  test("shows pointer and keyboard users the same", async () => {
    const page = await openMap("apps");
    const { x, y } = await pointOf(page, 60);
    await page.mouse.move(x, y);
    await tip(page).getByText(CHECKOUT).waitFor();
    const pointed = await tip(page).innerText();
    expect(pointed).toMatch(/Assigned[^]*frontend[^]*aks-one\/shop\/checkout[^]*since/);
    await page.mouse.move(0, 0);
    await tip(page).waitFor({ state: "detached" });

    await map(page).focus();
    await page.keyboard.press("Control+Home");
    for (let step = 0; step < 20 && !(await tip(page).innerText()).startsWith(CHECKOUT); step += 1)
      await page.keyboard.press("n");
    expect(await tip(page).innerText()).toBe(pointed);
    const cell = page.locator(`[id="${await map(page).getAttribute("aria-activedescendant")}"]`);
    expect(await cell.textContent()).toMatch(
      /^10\.240\.8\.60, Assigned to load balancer frontend .*, for Service aks-one\/shop\/checkout, since /,
    );
    expect(await cell.getAttribute("aria-colindex")).toBe("29");
  });

  test("takes the focus once and lets it go", async () => {
    const page = await openMap("apps");
    await map(page).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Tab");
    expect(await map(page).evaluate((grid: any) => grid === grid.ownerDocument.activeElement)).toBe(false);
  });

  test("selects an address with a click, puts it into the URL, and clears it with Escape", async () => {
    const page = await openMap("apps");
    const { x, y } = await pointOf(page, 60);
    await page.mouse.click(x, y);
    await page.waitForURL(/address=10\.240\.8\.60/);
    await details(page).getByText("for Service aks-one/shop/checkout").waitFor();
    await map(page).focus();
    await page.keyboard.press("Escape");
    await details(page).getByText("Point at an address").waitFor();
    expect(page.url()).not.toContain("address=");
  });

  test("comes with an address pinned, and leads on to the Private Link Service that stands there", async () => {
    const page = await openMap("apps", "?address=10.240.8.61");
    await details(page).getByText("for Service aks-one/shop/payments").waitFor();
    await details(page).getByRole("link", { name: "Open Private Link Service" }).click();
    await page.waitForURL(/#\/pls\//);
    await page.getByRole("heading", { level: 1, name: "pls-payments" }).waitFor();
  });

  test("searches by Service and by address, and Enter goes to what is found", async () => {
    const page = await openMap("apps");
    const search = page.getByRole("searchbox", { name: /in this map/ });
    await search.fill("shop/checkout");
    await page.getByText("1 address", { exact: true }).waitFor();
    await search.press("Enter");
    await details(page).getByText(CHECKOUT).first().waitFor();
    await search.fill("10.240.8.201");
    await search.press("Enter");
    await details(page).getByText("10.240.8.201").first().waitFor();
    await details(page).getByText("Free", { exact: true }).waitFor();
    await search.fill("no-such-address");
    await page.getByText("No matches").waitFor();
  });

  test("shows one kind when its name is pressed", async () => {
    const page = await openMap("apps");
    const before = [await colourAt(page, 200), await colourAt(page, 60)];
    await legend(page, "Assigned").click();
    expect(await legend(page, "Assigned").getAttribute("aria-pressed")).toBe("true");
    await expect.poll(() => colourAt(page, 200)).not.toBe(before[0]);
    expect(await colourAt(page, 60)).toBe(before[1]);
  });

  test("is redrawn in the other theme", async () => {
    const page = await openMap("apps", "", { theme: "light" });
    const [light, taken] = [await colourAt(page, 200), await colourAt(page, 60)];
    await page.getByLabel("Theme").selectOption("dark");
    await expect.poll(() => colourAt(page, 200)).not.toBe(light);
    expect(await colourAt(page, 60)).not.toBe(taken);
  });

  test("jumps to the nearest free address and the longest free run", async () => {
    const page = await openMap("apps", `?address=${CHECKOUT}`);
    await details(page).getByRole("button", { name: "Nearest free" }).click();
    await page.waitForURL(/address=10\.240\.8\.59/);
    await details(page)
      .getByRole("button", { name: /^Longest free range/ })
      .click();
    await details(page).getByText("Free", { exact: true }).waitFor();
  });

  test("has all of its taken addresses in a table too, which leads back to it", async () => {
    const page = await openMap("apps");
    const { prefixes } = await addresses("apps");
    const taken = prefixes[0]?.taken.length ?? 0;
    await page.getByText(`${taken} used addresses`).waitFor();
    await page.getByRole("grid", { name: "Used addresses" }).getByRole("link", { name: CHECKOUT }).click();
    await details(page).getByText("for Service aks-one/shop/checkout").waitFor();
    expect(await map(page).evaluate((grid: any) => grid.getBoundingClientRect().top >= 0)).toBe(true);
  });

  test("shows an address that is taken meanwhile, without a reload", async () => {
    const page = await openMap("apps");
    const before = await count(legend(page, "Assigned"));
    await page.evaluate(() => ((globalThis as any).isSame = true));
    const annotations = {
      "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
      "service.beta.kubernetes.io/azure-load-balancer-ipv4": "10.240.8.222",
    };
    const spec = { type: "LoadBalancer", ports: [{ name: "p", protocol: "TCP", port: 80 }] };
    const service = { apiVersion: "v1", kind: "Service", metadata: { annotations }, spec };
    const announced = page.getByText(/changed: 10\.240\.8\.222/).waitFor(SOON);
    await board.world.control("PUT", "/clusters/aks-one/namespaces/shop/services/newcomer", service);
    await announced;
    await expect.poll(() => count(legend(page, "Assigned")), SOON).toBe(before + 1);
    await page.getByRole("grid", { name: "Used addresses" }).getByText("aks-one/shop/newcomer").waitFor();
    expect(await page.evaluate(() => (globalThis as any).isSame)).toBe(true);
  });

  test("that does not exist shows a message", async () => {
    const page = await board.open("subnets/no-such-key");
    await page.locator(".problem").waitFor();
    board.troubles.length = 0; // Chromium logs every answer that is no success
  });
});

test("a large subnet on a narrow screen has a magnifier that follows the keyboard", async () => {
  const page = await openMap("nodes", "?address=10.240.2.70", { width: 360 });
  const magnified = (prefix: string) => page.locator(".magnifier").getByText(prefix).waitFor();
  await magnified("10.240.2.0/24");
  await map(page).focus();
  await page.keyboard.press("Control+End");
  await magnified("10.240.3.0/24");
});

describe.each(THEMES)("in %s", (theme) => {
  test.each(WIDTHS)(
    "at %i pixels axe has nothing against it, and nothing is wider than it",
    async (width) => {
      const list = await board.open("subnets", { theme, width });
      expect(await violations(list)).toEqual([]);
      expect(await overflow(list)).toBe(0);
      for (const name of ["apps", "small", "nodes"]) {
        const page = await openMap(name, "?text=shop&address=10.240.8.60", { theme, width });
        await map(page).focus();
        await page.keyboard.press("ArrowRight");
        await tip(page).waitFor();
        expect(await violations(page)).toEqual([]);
        expect(await overflow(page)).toBe(0);
      }
    },
  );
});

test("loading is announced, and failures too", async () => {
  const page = await board.open("overview");
  await page.route("**/api/v1/subnets/*/addresses", (route) => route.abort());
  await page.goto(`${board.url}#/subnets/${encodeURIComponent(keyOf("apps"))}`);
  await page.getByText("Mooring is unavailable").waitFor();
  await page.unroute("**/api/v1/subnets/*/addresses");
  await page.getByRole("button", { name: "Try again" }).click();
  await map(page).waitFor();
  await shown(page);
  board.troubles.length = 0;
});
