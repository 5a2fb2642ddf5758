/** Formats times, counts and names. Pure. */
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "short" });
const ABSOLUTE = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
});
const NUMBER = new Intl.NumberFormat("en");

const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;

/** `3 min. ago`, `in 2 days`, `just now`. */
export function relative(utc: string, now: number): string {
  const seconds = (Date.parse(utc) - now) / 1000;
  const unit = UNITS.find(([, size]) => Math.abs(seconds) >= size);
  if (!unit) return Number.isNaN(seconds) ? utc : seconds > 20 ? "in a moment" : "just now";
  return RELATIVE.format(Math.trunc(seconds / unit[1]), unit[0]);
}

/** In the time zone of the browser, to the second. */
export function absolute(utc: string): string {
  const time = new Date(utc);
  return Number.isNaN(time.getTime()) ? utc : ABSOLUTE.format(time);
}

export function number(value: number): string {
  return NUMBER.format(value);
}

/** `1 finding`, `2 findings`. */
export function count(value: number, noun: string, plural = `${noun}s`): string {
  return `${number(value)} ${value === 1 ? noun : plural}`;
}

/** `12 s`, `3 min`, `2 h`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/**
 * Capitalizes the first letter: messages of checks and rules start in lower case, because the CLI prints a
 * name before them.
 */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
