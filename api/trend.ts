import * as z from "zod";
import { listTrend } from "../shared/audit/trend.ts";
import type { Run } from "../shared/ports/ports.ts";
import { TrendDay } from "./model.ts";
import { defineOperation } from "./operation.ts";

const MAX_DAYS = 366;

export const trend = [
  defineOperation({
    name: "getTrend",
    method: "GET",
    path: "/trend",
    summary: "Get the number of open findings at the end of each day, by severity and by check",
    role: "Mooring.Reader",
    query: z.strictObject({ days: z.coerce.number().int().min(1).max(MAX_DAYS).default(30) }),
    response: z.object({ items: z.array(TrendDay) }),
    handle: async ({ run, query: { days } }) => ({ body: { items: await trendOf(run, days) } }),
  }),
];

/** Oldest first. */
export async function trendOf(run: Run, days: number): Promise<TrendDay[]> {
  const rows = await listTrend(run, days);
  return rows.map(({ date, counts, byCheck }) => ({ date, counts: { ...counts }, byCheck: { ...byCheck } }));
}
