import type { ComponentChildren } from "preact";

export type Tone = "error" | "warn" | "info" | "good" | "quiet";

/** A coloured label; the text carries the meaning, not only the colour. */
export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return <span class={`badge tone-${tone}`}>{children}</span>;
}
