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

let board: Dashboard;
let ids: string[];

beforeAll(async () => {
  board = await dashboard();
  ids = [await audit(), await audit()];
}, START_MILLISECONDS);
afterAll(() => board.close());
afterEach(() => expect(board.troubles.splice(0)).toEqual([]));

/** Runs one to its end; gives its id. */
async function audit(): Promise<string> {
  const { id } = await board.call("POST", "/audits", {});
  return board.world.eventually("the audit", async () => {
    const { state } = await board.call("GET", `/audits/${id}`);
    return state === "running" ? undefined : id;
  });
}

const box = (page: Page, id: string | undefined) => page.getByRole("checkbox", { name: `Select ${id}` });

test("audits are listed, and one opens with what it found", async () => {
  const page = await board.open("audits");
  await page.locator(`a[href="#/audits/${ids[1]}"]`).click();
  await page.waitForURL(new RegExp(`#/audits/${ids[1]}$`));
  const { finished, total } = await board.call("GET", `/audits/${ids[1]}`);
  expect(finished).toBe(total);
  await page.getByText(`${finished} of ${total}`).waitFor();
});

test.each([
  ["HTML", "text/html"],
  ["Markdown", "text/markdown"],
  ["CSV", "text/csv"],
  ["JSON", "application/json"],
  ["JSON lines", "application/jsonl"],
  ["SARIF", "application/sarif+json"],
  ["Text", "text/plain"],
])("the report as %s is one click away", async (name, type) => {
  const page = await board.open(`audits/${ids[0]}`);
  const href = await page.getByRole("link", { name, exact: true }).getAttribute("href");
  const response = await fetch(new URL(href ?? "", board.url));
  expect(response.headers.get("content-type")).toContain(type);
  expect((await response.text()).length).toBeGreaterThan(0);
});

test("two that are chosen are compared", async () => {
  const page = await board.open("audits");
  for (const id of ids) await box(page, id).check();
  await page.getByRole("button", { name: "Compare (2 of 2)" }).click();
  await page.waitForURL(new RegExp(`from=${ids[0]}&to=${ids[1]}`));
  const { appeared, unchanged } = await board.call("GET", `/audits/${ids[0]}/diff/${ids[1]}`);
  expect(unchanged).toBeGreaterThan(0);
  await page.getByRole("heading", { name: `New (${appeared.length})` }).waitFor();
  await page.getByText(`${unchanged} unchanged`).waitFor();
});

describe("a running audit", () => {
  test("shows how far it is and can be cancelled; what it found stays", async () => {
    // Azure is slow: the audit cannot end before it is cancelled.
    await board.world.control("POST", "/faults", {
      path: "loadBalancers",
      action: { kind: "latency", milliseconds: 3000 },
    });
    const page = await board.open("audits");
    await page.getByRole("button", { name: "Run audit" }).click();
    await page.getByRole("button", { name: "Audit running" }).waitFor();
    await page.getByRole("progressbar", { name: "Audit progress" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("cancelled", { exact: true }).waitFor();
    await board.world.control("DELETE", "/faults");
    const { items } = await board.call("GET", "/audits");
    expect(items[0]).toMatchObject({ state: "cancelled", who: "operator@sandbox" });
  });
});

test("an unknown audit shows a message", async () => {
  const page = await board.open("audits/20000101-000000000-000000");
  await page.getByRole("alert").waitFor();
  forgiveFailures(board.troubles);
});

describe.each(THEMES)("in %s", (theme) => {
  test.each(WIDTHS)(
    "at %i pixels axe has nothing against list, audit and comparison, and nothing is wider",
    async (width) => {
      for (const route of ["audits", `audits/${ids[0]}`, `audits?from=${ids[0]}&to=${ids[1]}`]) {
        const page = await board.open(route, { theme, width });
        expect(await violations(page)).toEqual([]);
        expect(await overflow(page)).toBe(0);
      }
    },
  );
});
