import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { EXAMPLES } from "../../web/views/playground/examples.ts";
import {
  dashboard,
  overflow,
  START_MILLISECONDS,
  THEMES,
  violations,
  WIDTHS,
  type Dashboard,
} from "../builders/dashboard.ts";
import { scanned } from "../builders/scanned.ts";

let board: Dashboard;
beforeAll(async () => {
  board = await dashboard();
  await scanned(board);
}, START_MILLISECONDS);
afterAll(() => board.close());
afterEach(() => expect(board.troubles.splice(0)).toEqual([]));

const editor = (page: Page) => page.getByRole("textbox", { name: "Service", exact: true });
const output = (page: Page) => page.locator(".terminal pre");
const verdict = (page: Page) => page.locator(".workbench-verdict[aria-busy=false] [role=status] .badge");

/** Once the last question is answered. */
async function settled(page: Page): Promise<string> {
  await page.locator(".workbench-verdict[aria-busy=false] .terminal").waitFor();
  return output(page).innerText();
}

async function openExample(id: string, cluster = "aks-one"): Promise<Page> {
  const page = await board.open(`playground?cluster=${cluster}&example=${id}`);
  await settled(page);
  return page;
}

/** As kubectl prints what the webhook answers the cluster's API server; a dry run leaves no trace. */
async function webhookVerdict(manifest: string, cluster = "aks-one"): Promise<string> {
  const { metadata, ...rest } = parse(manifest);
  const path = `/clusters/${cluster}/namespaces/${metadata.namespace}/services/${metadata.name}?dryRun=All`;
  const { allowed, warnings, message } = await board.world.control("PUT", path, { metadata, ...rest });
  const end = allowed
    ? `service/${metadata.name} created`
    : `Error from server: error when creating "service.yaml": admission webhook "services.mooring.dev" denied the request: ${message}`;
  return [...warnings.map((text: string) => `Warning: ${text}`), end].join("\n");
}

test.each(EXAMPLES.map(({ id }) => id))(
  "the verdict on the example %s equals that of the webhook",
  async (id) => {
    const page = await openExample(id);
    const manifest = await editor(page).inputValue();
    expect(await settled(page)).toBe(await webhookVerdict(manifest));
  },
);

test("a denied Service is allowed once a suggestion is taken", async () => {
  const page = await openExample("taken");
  expect(await verdict(page).innerText()).toBe("Denied");
  const before = await editor(page).inputValue();
  const suggestion = page.locator(".verdict-list").getByRole("button", { name: /^10\./ }).first();
  const address = await suggestion.innerText();
  await suggestion.click();
  await verdict(page).getByText("Allowed").waitFor();
  const after = await editor(page).inputValue();
  expect(after).toContain(address);
  expect(after.split("\n").length).toBe(before.split("\n").length);
  expect(await settled(page)).toBe(await webhookVerdict(after));
});

test("the verdict follows the typing, also for text that is not a Service", async () => {
  const page = await openExample("internal");
  await editor(page).fill("kind: Pod");
  await page.locator(".problem").waitFor();
  await editor(page).fill(
    'apiVersion: v1\nkind: Service\nmetadata:\n  name: typed\n  namespace: shop\n  annotations:\n    service.beta.kubernetes.io/azure-load-balancer-internal: "True"\nspec:\n  type: LoadBalancer\n  ports:\n    - port: 80\n',
  );
  await verdict(page).getByText("Denied").waitFor();
  await page.getByRole("button", { name: "line 7" }).click();
  const selected = await editor(page).evaluate((area: any) =>
    area.value.slice(area.selectionStart, area.selectionEnd),
  );
  expect(selected.trim()).toBe('service.beta.kubernetes.io/azure-load-balancer-internal: "True"');
  board.troubles.length = 0; // Chromium logs every answer that is no success
});

test("an address on the map is requested with the keyboard", async () => {
  const page = await openExample("free");
  const map = page.getByRole("grid", { name: /^Map of/ });
  await map.focus();
  await page.keyboard.press("f");
  await page.keyboard.press("Enter");
  const asked = /ipv4: "?([\d.]+)/.exec(await editor(page).inputValue())?.[1] ?? "";
  await page.locator(".place-head").getByText(asked, { exact: true }).waitFor();
  await page.locator(".place-head").getByText("available", { exact: true }).waitFor();
});

test("an address on the map of the Private Link Service's subnet is requested as its NAT address", async () => {
  const page = await openExample("pls");
  const map = page.getByRole("grid", { name: /^Map of 10\.240\.10\./ });
  await map.focus();
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Shift+F");
  await page.keyboard.press("Enter");
  await expect
    .poll(() => editor(page).inputValue())
    .toContain("pls-ip-configuration-ip-address: 10.240.10.62");
  await page.locator(".place-head").getByText("10.240.10.62", { exact: true }).waitFor();
});

test("Tab leaves the text", async () => {
  const page = await openExample("internal");
  await editor(page).focus();
  await page.keyboard.press("Tab");
  expect(await editor(page).evaluate((area: any) => area === area.ownerDocument.activeElement)).toBe(false);
});

test("examples are links, and another cluster keeps what was written", async () => {
  const page = await openExample("internal");
  await page.getByRole("link", { name: "Several ports" }).click();
  await page.waitForURL(/example=ports/);
  await expect.poll(() => editor(page).inputValue()).toContain("port: 8080");
  await editor(page).fill((await editor(page).inputValue()).replace("8080", "8088"));
  await page.getByLabel("Cluster").selectOption("aks-two");
  await page.waitForURL(/cluster=aks-two/);
  expect(await editor(page).inputValue()).toContain("8088");
  await settled(page);
});

test("elsewhere than in the sandbox there is none", async () => {
  const page = await board.open("overview");
  const me = { name: "o", roles: ["Mooring.Operator"], isSandbox: false, version: "1" };
  await page.route("**/api/v1/me", (route) => route.fulfill({ json: me }));
  await page.goto(`${board.url}#/playground`);
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "Page not found" }).waitFor();
});

describe.each(THEMES)("in %s", (theme) => {
  test.each(WIDTHS)(
    "at %i pixels axe has nothing against it, and nothing is wider than it",
    async (width) => {
      for (const id of ["taken", "mistakes"]) {
        const page = await board.open(`playground?cluster=aks-one&example=${id}`, { theme, width });
        await settled(page);
        expect(await violations(page)).toEqual([]);
        expect(await overflow(page)).toBe(0);
      }
    },
  );
});
