import type { ComponentChildren } from "preact";
import "./facts.css";

interface FactProps {
  name: string;
  /** Spans the full width: ids, aliases. */
  isWide?: boolean;
  children: ComponentChildren;
}

/** A name and its value, in a `<dl class="fact-grid">`. */
export function Fact({ name, isWide = false, children }: FactProps) {
  return (
    <div class={isWide ? "fact-wide" : undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
