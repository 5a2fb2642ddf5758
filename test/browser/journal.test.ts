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
} from "../builders/dashboard.ts";
import { changePolicy, QUICK_REPORTS } from "../builders/person.ts";

let board: Dashboard;
let healed: { id: string; change: { name: string; resourceId: string } };

beforeAll(async () => {
  board = await dashboard();
  await changePolicy(board.sandbox, ({ declarations }) => Object.assign(declarations, QUICK_REPORTS));
  // The seeded estate has a PLS that is visible to all; its event triggers a reconcile.
  healed = await board.world.eventually("a journal entry", async () => {
    const { items } = await board.call("GET", "/journal?outcome=applied");
    return items[0];
  });
}, START_MILLISECONDS);
afterAll(() => board.close());
afterEach(() => expect(board.troubles.splice(0)).toEqual([]));

async function idOf(name: string): Promise<string> {
  const { items } = await board.call("GET", "/pls?limit=1000");
  return items.find((pls: any) => pls.name === name).id;
}

const row = (page: Page, text: RegExp | string) => page.getByRole("row").filter({ hasText: text });
const dialog = (page: Page) => page.getByRole("dialog");

test("what was written is listed with who and why; an entry shows the resource before and after", async () => {
  const page = await board.open("journal");
  await row(page, healed.change.name).first().click();
  await page.waitForURL(/#\/journal\//);
  const diff = page.getByRole("list", { name: "Difference" });
  await diff.getByText("removed:").first().waitFor();
  expect(await diff.getByText("location").count()).toBe(0);
  await page.getByRole("button", { name: "Show all" }).click();
  await diff.getByText("location").first().waitFor();
});

describe("filters", () => {
  test.each([
    ["outcome=applied", true],
    ["outcome=failed", false],
    ["who=system", true],
    ["who=another-operator", false],
    ["capability=privateLinkServices", true],
    ["capability=sweep", false],
    ["resource=pls-ledger", true],
  ])("%s", async (query, isThere) => {
    const page = await board.open(`journal?${query}`);
    if (isThere) await row(page, healed.change.name).first().waitFor();
    else await page.getByText("No entries match these filters.").waitFor();
  });

  test("all entries of a resource are one click away", async () => {
    const page = await board.open(`journal/${healed.id}`);
    await page.getByRole("link", { name: "Show all entries of this resource" }).click();
    await page.waitForURL(/resource=/);
    expect(await page.getByLabel("Search resource id").inputValue()).toBe(healed.change.resourceId);
  });
});

describe.each(THEMES)("in %s", (theme) => {
  test.each(WIDTHS)(
    "at %i pixels axe has nothing against the list and an entry, and nothing is wider",
    async (width) => {
      for (const route of ["journal", `journal/${healed.id}`]) {
        const page = await board.open(route, { theme, width });
        expect(await violations(page)).toEqual([]);
        expect(await overflow(page)).toBe(0);
      }
    },
  );
});

test("a change in the world appears without a reload", async () => {
  // Another one than tests before have changed: a PLS is reconciled twice a minute at most.
  const id = await idOf("pls-catalog");
  const page = await board.open("journal?resource=pls-catalog");
  const { items } = await board.call("GET", `/journal?resource=${encodeURIComponent(id)}`);
  const pls = await board.world.arm("GET", id);
  pls.properties.autoApproval = { subscriptions: ["*"] };
  await board.world.arm("PUT", id, pls);
  await page.getByText(new RegExp(`^${items.length + 1} entr`)).waitFor({ timeout: 120_000 });
}, 180_000);

test("undo shows its plan and what is lost, and takes back access that Mooring gave", async () => {
  const id = await idOf("pls-ledger");
  const pls = await board.world.arm("GET", id);
  expect(pls.properties.visibility.subscriptions).not.toEqual([]);
  // Another writer takes all access away, and Mooring gives it again.
  pls.properties.visibility = { subscriptions: [] };
  await board.world.arm("PUT", id, pls);
  const repair = await board.world.eventually("the repair", async () => {
    const path = `/journal?outcome=applied&who=system&resource=${encodeURIComponent(id)}`;
    const { items } = await board.call("GET", path);
    return items.find(({ undoable }: any) => undoable === true);
  });
  const page = await board.open(`journal/${repair.id}`);
  await page.getByRole("button", { name: "Undo…" }).click();
  await dialog(page).getByText("visibility").first().waitFor();
  expect(await violations(page)).toEqual([]);
  await dialog(page).getByRole("button", { name: "Undo" }).click();
  const entry = dialog(page).getByRole("link", { name: "Journal entry" });
  await entry.waitFor();
  const href = (await entry.getAttribute("href")) ?? "";
  const undone = await board.call("GET", `/journal/${href.split("/").at(-1)}`);
  expect(undone).toMatchObject({ who: "operator@sandbox", outcome: "applied" });
  // As Azure had it right after: the event of the write heals the PLS again.
  expect(undone.after.properties.visibility).toEqual({ subscriptions: [] });
}, 180_000);

test("a repair that took access away offers no undo, which would give it again", async () => {
  const { undoable } = await board.call("GET", `/journal/${healed.id}`);
  expect(undoable).toBe(false);
  const page = await board.open(`journal/${healed.id}`);
  await page.getByRole("list", { name: "Difference" }).first().waitFor();
  expect(await page.getByRole("button", { name: "Undo…" }).count()).toBe(0);
});

test("an unknown entry shows a message", async () => {
  const page = await board.open("journal/00000000");
  await page.getByRole("alert").waitFor();
  forgiveFailures(board.troubles);
});
