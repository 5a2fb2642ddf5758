const ELLIPSIS = "…";

/**
 * At most so many characters, cut in the middle: Azure names start with the type and end with the
 * distinguishing part.
 */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = Math.max(2, most - 1);
  const front = Math.ceil(kept / 2);
  return text.slice(0, front) + ELLIPSIS + text.slice(text.length - (kept - front));
}
