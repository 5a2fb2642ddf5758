const ELLIPSIS = "…";

/** At most so many characters. The middle goes: names in Azure begin with what they are and end with what tells them apart. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = Math.max(2, most - 1);
  const front = Math.ceil(kept / 2);
  return text.slice(0, front) + ELLIPSIS + text.slice(text.length - (kept - front));
}
