import { z } from "zod";
import type { Run } from "../shared/ports.ts";
import { TrendDay } from "./model.ts";
import { defineOperation } from "./operation.ts";

const MAX_DAYS = 366;
const DAY = 24 * 3600 * 1000;

export const trend = [
  defineOperation({
    name: "getTrend",
    method: "GET",
    path: "/trend",
    summary: "Open findings at the end of each day, by severity and by check",
    role: "Mooring.Reader",
    query: z.strictObject({ days: z.coerce.number().int().min(1).max(MAX_DAYS).default(30) }),
    response: z.object({ items: z.array(TrendDay) }),
    handle: async ({ run, query: { days } }) => ({ body: { items: await trendOf(run, days) } }),
  }),
];

/** Oldest first. */
export async function trendOf(run: Run, days: number): Promise<TrendDay[]> {
  const from = new Date(run.now().getTime() - days * DAY).toISOString().slice(0, 10);
  const rows = await Array.fromAsync(run.ports.tables.trends.list("all", { from }));
  return rows.map(({ value: { date, counts, byCheck } }) => ({ date, counts, byCheck }));
}
