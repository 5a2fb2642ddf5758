const HOUR = 3_600_000;
const SPANS: Readonly<Record<string, number>> = { h: HOUR, d: 24 * HOUR, w: 7 * 24 * HOUR };
const FORM = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z)?$/;

/** End of a duration from now (`7d`) or of a day, or a time in UTC; `undefined` if invalid or not in the future. Pure. */
export function parseUntil(text: string, now: Date): string | undefined {
  const until = spanEnd(text, now) ?? momentOf(text);
  if (until === undefined || !(until > now.getTime())) return undefined;
  return new Date(until).toISOString();
}

function spanEnd(text: string, now: Date): number | undefined {
  const [, count, unit] = /^(\d{1,4})([hdw])$/.exec(text) ?? [];
  const span = SPANS[unit ?? ""];
  return span === undefined ? undefined : now.getTime() + Number(count) * span;
}

function momentOf(text: string): number | undefined {
  if (!FORM.test(text)) return undefined;
  const moment = Date.parse(text);
  // `2026-02-30` does not exist; `Date.parse` may return a day in March.
  if (Number.isNaN(moment) || new Date(moment).toISOString().slice(0, 10) !== text.slice(0, 10))
    return undefined;
  return text.includes("T") ? moment : moment + 24 * HOUR - 1000;
}
