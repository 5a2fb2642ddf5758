/** Every hostile text where the dashboard shows it, in a real browser: seen as text, run as nothing. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { dashboard, shown, START_MILLISECONDS, type Dashboard } from "../builders/dashboard.ts";
import { HOSTILE } from "../security/hostile.ts";
import { CLUSTER, fillWithHostility } from "../security/hostileWorld.ts";

let board: Dashboard;
beforeAll(async () => {
  board = await dashboard();
  await fillWithHostility(board.sandbox);
}, START_MILLISECONDS);
afterAll(() => board.close());
// What a policy forbids, a page complains of: nothing may even try.
afterEach(() => expect(board.troubles.splice(0)).toEqual([]));

async function demandHarmless(page: Page): Promise<void> {
  const found = await page.evaluate(() => {
    const { document, location, pwned } = globalThis as any;
    const all: any[] = [...document.querySelectorAll("*")];
    const handlers = all.filter((one) => [...one.attributes].some(({ name }: any) => name.startsWith("on")));
    const privateLinkServices = [...document.querySelectorAll("[href],[src]")].map(
      (one: any) => one.href || one.src,
    );
    const odd = privateLinkServices.filter((pls: string) => !pls.startsWith(location.origin));
    const made = document.querySelectorAll("main img, main script, main iframe, main style").length;
    const cookies = document.cookie;
    return { pwned: pwned ?? null, handlers: handlers.length, odd, made, cookies };
  });
  expect(found).toEqual({ pwned: null, handlers: 0, odd: [], made: 0, cookies: "" });
}

const VIEWS = [
  "overview",
  "findings?state=all",
  "pls",
  "pls?tab=connections",
  "orphans",
  "journal",
  "policy",
  "audits",
  "subnets",
  "playground",
];

test.each(VIEWS)("the view %s", async (route) => {
  const page = await board.open(route);
  await demandHarmless(page);
});

test("the finding about each text", async () => {
  const page = await board.open("findings");
  for (const [index, { mark }] of HOSTILE.entries()) {
    await page.goto(`${board.url}#/findings/bad${String(index).padStart(9, "0")}`);
    await page.locator("aside.panel").getByText(mark).first().waitFor();
    await demandHarmless(page);
  }
});

test("the search finds them as text", async () => {
  const page = await board.open("overview");
  await page.getByRole("combobox").first().fill(CLUSTER);
  await shown(page);
  await demandHarmless(page);
});

test("an address that carries markup is no markup", async () => {
  const page = await board.open("findings");
  for (const { text } of HOSTILE) {
    await page.goto(`${board.url}#/findings?q=${encodeURIComponent(text)}`);
    await shown(page);
    await demandHarmless(page);
  }
});

test("a report runs no script, whatever it contains", async () => {
  const page = await board.open("overview");
  await page.goto(`${board.sandbox.hostUrl}/api/v1/audits/latest/report?format=html`);
  await page
    .getByText(HOSTILE[0]?.mark ?? "")
    .first()
    .waitFor();
  expect(await page.evaluate(() => (globalThis as any).pwned ?? null)).toBeNull();
});

test("a manifest of hostile texts is judged in the playground and shown as text", async () => {
  const page = await board.open("playground");
  const annotations = Object.fromEntries(
    HOSTILE.map(({ text }, n) => [`service.beta.kubernetes.io/azure-pls-x${n}`, text]),
  );
  const manifest = JSON.stringify({
    kind: "Service",
    metadata: { name: "<b>x</b>", annotations },
    spec: { type: "LoadBalancer" },
  });
  await page.getByRole("textbox").first().fill(manifest);
  await page.getByText("azure-pls-x0").first().waitFor();
  await demandHarmless(page);
});
