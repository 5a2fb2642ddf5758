import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface CardProps {
  title?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
  class?: string;
}

/** A section of a page, named by its heading. */
export function Card({ title, actions, children, class: more = "" }: CardProps) {
  const id = useId();
  if (title === undefined) return <div class={`card ${more}`}>{children}</div>;
  return (
    <section class={`card ${more}`} aria-labelledby={id}>
      <header class="card-head">
        <h2 id={id}>{title}</h2>
        {actions !== undefined && <div class="actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}
