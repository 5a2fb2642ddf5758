const DAY = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

/** `3 Jan 2027`; days are counted in UTC. */
export function day(date: string): string {
  return DAY.format(new Date(date));
}
