/** Tables in a terminal: rows stay distinguishable when cells are shortened. */
import { expect, test } from "vitest";
import { tableLines } from "../../cli/table.ts";

const TITLES = ["NAME", "CONSUMER", "SINCE", "DESCRIPTION"];
const UUID = "22222222-3333-4333-8333-444444444444";
const rows = [
  ["pe-payments.acd58ee7-57ef", UUID, "2026-12-03T06:59:59.252Z", "Awaiting approval by the provider"],
  ["pe-payments.bd7db296-1c9d", UUID, "2026-12-03T07:59:59.252Z", "Approved"],
];

test("everything is shown where there is room, and in a pipe", () => {
  expect(tableLines(TITLES, rows)).toEqual([
    "NAME                       CONSUMER                              SINCE                     DESCRIPTION",
    `pe-payments.acd58ee7-57ef  ${UUID}  2026-12-03T06:59:59.252Z  Awaiting approval by the provider`,
    `pe-payments.bd7db296-1c9d  ${UUID}  2026-12-03T07:59:59.252Z  Approved`,
  ]);
  expect(tableLines(TITLES, rows, 200)[1]).toContain(" 2026-12-03T06:59:59.252Z ");
});

test("in a terminal the first column stays complete, times lose seconds, and ids lose their middle", () => {
  const lines = tableLines(TITLES, rows, 82);
  expect(lines).toEqual([
    "NAME                       CONSUMER           SINCE              DESCRIPTION",
    "pe-payments.acd58ee7-57ef  22222222…44444444  2026-12-03T06:59Z  Awaiting approva…",
    "pe-payments.bd7db296-1c9d  22222222…44444444  2026-12-03T07:59Z  Approved",
  ]);
});

test("in a narrow terminal the first column is shortened last", () => {
  expect(tableLines(TITLES, rows, 72)[1]).toBe(
    "pe-payments.acd58ee7-57ef  222222…444444  2026-12-03      Awaiting appr…",
  );
  expect(tableLines(TITLES, rows, 50)).toEqual([
    "NAME                  CONSUMER  SINCE     DESCRIP…",
    "pe-paymen…58ee7-57ef  222…4444  2026-12…  Awaitin…",
    "pe-paymen…db296-1c9d  222…4444  2026-12…  Approved",
  ]);
});
