import type { ComponentChildren } from "preact";

export type Tone = "error" | "warn" | "info" | "good" | "quiet";

/** A word with a colour; the word says what the colour means. */
export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return <span class={`badge tone-${tone}`}>{children}</span>;
}
