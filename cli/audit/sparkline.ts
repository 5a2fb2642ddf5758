const LEVELS = "▁▂▃▄▅▆▇█";

/** One character per value, scaled to the maximum; 0 is a dot. Pure. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(1, ...values);
  return values.map((value) => (value <= 0 ? "·" : level(value / most))).join("");
}

function level(share: number): string {
  return LEVELS[Math.min(LEVELS.length - 1, Math.ceil(share * LEVELS.length) - 1)] ?? "";
}
