/** The policy page: warnings, modes of admission, refused Services, history and rollback. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { internal } from "../../dev/sandbox/world/definition.ts";
import {
  dashboard,
  overflow,
  START_MILLISECONDS,
  THEMES,
  violations,
  WIDTHS,
  type Dashboard,
} from "../builders/dashboard.ts";
import { changePolicy } from "../builders/person.ts";

/** Answers are read every five seconds. */
const LIVE = { timeout: 30_000 };
const READER = { name: "reader@example.com", roles: ["Mooring.Reader"], isSandbox: true, version: "1" };

let board: Dashboard;
beforeAll(async () => {
  board = await dashboard();
  await changePolicy(board.sandbox, (policy) => {
    policy.overrides.push({ namespaces: ["legacy"], modes: { admission: "warn" } });
  });
}, START_MILLISECONDS);
afterAll(() => board.close());
afterEach(() => expect(board.troubles.splice(0)).toEqual([]));

const dialog = (page: Page) => page.getByRole("dialog");
const card = (page: Page, name: string) => page.getByRole("region", { name });

/** A Service of namespace `legacy` whose address another Service has. */
function applyConflict(name: string) {
  const service = internal(name, { "load-balancer-ipv4": "10.240.8.71" });
  const metadata = { ...service.metadata, namespace: "legacy" };
  const path = `/clusters/aks-one/namespaces/legacy/services/${name}`;
  return board.world.control("PUT", path, { ...service, metadata });
}

test("a namespace is switched to warn mode in four interactions", async () => {
  const page = await board.open("policy");
  await page.getByRole("button", { name: "Change admission mode…" }).click();
  await page.getByLabel("Namespace").fill("lab");
  await page.getByLabel("Reason", { exact: true }).fill("rollout");
  await page.getByRole("button", { name: "Apply" }).click();
  await dialog(page).waitFor({ state: "detached" });
  await card(page, "Admission mode").getByText("Namespace lab").waitFor(LIVE);
  await page.getByText(/by operator@sandbox\. Reason: rollout/).waitFor(LIVE);
  const { overrides } = (await board.call("GET", "/policy")).document;
  expect(overrides.at(-1)).toMatchObject({ namespaces: ["lab"], modes: { admission: "warn" } });
});

test("a Service that would be refused appears without a reload, with rule and reason", async () => {
  const page = await board.open("policy?mode=warn");
  const answer = await applyConflict("conflict");
  expect(answer.allowed).toBe(true);
  const row = page.getByRole("row").filter({ hasText: "aks-one/legacy/conflict" });
  await row.getByText("would be refused").waitFor(LIVE);
  await row.getByText("address-in-use").waitFor();
  await row.getByRole("link", { name: "aks-one/legacy/conflict" }).click();
  const panel = page.getByRole("complementary", { name: "aks-one/legacy/conflict" });
  await panel.getByText(/^10\.240\.8\.71 is in use by .*nearest free addresses/).waitFor();
});

test("dangerous settings are shown on top", async () => {
  const page = await board.open("policy");
  await changePolicy(board.sandbox, (policy) => {
    policy.claims.unconfirmedPercent = 100;
  });
  await page.getByText(/unconfirmedPercent 100: requests of one cluster/).waitFor(LIVE);
});

test("a version of the history shows what changed, and is applied again with a reason", async () => {
  await changePolicy(board.sandbox, (policy) => {
    policy.maxDeletesPerRun = 2;
  });
  await changePolicy(board.sandbox, (policy) => {
    policy.maxDeletesPerRun = 3;
  });
  const { items } = await board.call("GET", "/policy/versions");
  const page = await board.open(`policy/${encodeURIComponent(items[1].version)}`);
  await page.getByText("maxDeletesPerRun: 5 -> 2").waitFor();
  await page.getByRole("button", { name: "Roll back to this version…" }).click();
  await dialog(page).getByText("maxDeletesPerRun: 3 -> 2").waitFor();
  await page.keyboard.type("too fast");
  await page.keyboard.press("Enter");
  await dialog(page).waitFor({ state: "detached" });
  await page.getByText(/by operator@sandbox\. Reason: too fast/).waitFor(LIVE);
  expect((await board.call("GET", "/policy")).document.maxDeletesPerRun).toBe(2);
});

test("a change of a version that is no longer active is refused", async () => {
  const page = await board.open("policy");
  await page.getByRole("button", { name: "Change admission mode…" }).click();
  await page.route("**/api/v1/policy/admission-mode", (route) => {
    const body = { ...route.request().postDataJSON(), replaces: "2026-01-01T00:00:00.000Z" };
    return route.continue({ postData: JSON.stringify(body) });
  });
  await page.getByLabel("Reason", { exact: true }).fill("late");
  await page.getByRole("button", { name: "Apply" }).click();
  await dialog(page)
    .getByText(/the policy changed after it was shown/)
    .waitFor();
  // The browser reports the 409.
  board.troubles.splice(0);
});

test("a Reader sees it all and changes nothing", async () => {
  const { items } = await board.call("GET", "/policy/versions");
  const page = await board.open("overview");
  await page.route("**/api/v1/me", (route) => route.fulfill({ json: READER }));
  await page.goto(`${board.url}#/policy/${encodeURIComponent(items.at(-1).version)}`);
  await page.reload();
  await page.getByText("Compared with the version before it").waitFor();
  expect(await page.getByRole("button", { name: /admission mode|Roll back/ }).count()).toBe(0);
});

describe.each(THEMES)("in %s", (theme) => {
  test.each(WIDTHS)("at %i pixels axe has nothing against it, and nothing is wider", async (width) => {
    const { items } = await board.call("GET", "/policy/versions");
    for (const route of ["policy", `policy/${encodeURIComponent(items[0].version)}`]) {
      const page = await board.open(route, { theme, width });
      expect(await violations(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
    }
    const page = await board.open("policy", { theme, width });
    await page.getByRole("button", { name: "Change admission mode…" }).click();
    expect(await violations(page)).toEqual([]);
  });
});
