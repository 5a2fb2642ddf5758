const MAX_MILLISECONDS = 9_999_999_999_999;

/** A key part that runs backwards in time: in key order the newest is first. */
export function backwards(utc: string): string {
  return String(MAX_MILLISECONDS - Date.parse(utc)).padStart(13, "0");
}
