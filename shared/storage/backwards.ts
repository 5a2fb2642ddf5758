const MAX_MILLISECONDS = 9_999_999_999_999;

/** A key part that decreases with time, so that the newest row is first in key order. */
export function backwards(utc: string): string {
  return String(MAX_MILLISECONDS - Date.parse(utc)).padStart(13, "0");
}
