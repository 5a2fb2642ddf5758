import { number } from "../../ui/words.ts";
import { KINDS, type Kind } from "./cells.ts";
import { KIND_TEXT } from "./facts.ts";

interface LegendProps {
  counts: Readonly<Record<Kind, number>>;
  chosen: readonly Kind[];
  onChange: (chosen: readonly Kind[]) => void;
}

/** Legend with counts; pressing an entry filters the map. */
export function Legend({ counts, chosen, onChange }: LegendProps) {
  const toggle = (kind: Kind) =>
    onChange(chosen.includes(kind) ? chosen.filter((one) => one !== kind) : [...chosen, kind]);
  return (
    <div class="legend" role="group" aria-label="Show only">
      {KINDS.map((kind) => (
        <button
          key={kind}
          type="button"
          class="legend-item"
          aria-pressed={chosen.includes(kind)}
          onClick={() => toggle(kind)}
        >
          <span class={`swatch swatch-${kind}`} aria-hidden="true" />
          {KIND_TEXT[kind]} <strong>{number(counts[kind])}</strong>
        </button>
      ))}
    </div>
  );
}
