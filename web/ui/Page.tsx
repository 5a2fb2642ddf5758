import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface PageProps {
  title: string;
  /** Under the heading, in a sentence. */
  lead?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

// The first page of a visit begins at the top, as every page does; later ones begin at their heading.
let visited = 0;

/** Somebody went on to the search before the view was there. */
function isTyping(): boolean {
  return document.activeElement?.matches("input, textarea, select") === true;
}

/** A view: its heading gets the focus when the view is entered, and names the browser's tab. */
export function Page({ title, lead, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    visited += 1;
    if (visited > 1 && !isTyping()) heading.current?.focus();
  }, []);
  useLayoutEffect(() => {
    document.title = `${title} · Mooring`;
  }, [title]);
  return (
    <div class="page">
      <header class="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions !== undefined && <div class="actions">{actions}</div>}
        {lead !== undefined && <p class="lead">{lead}</p>}
      </header>
      {children}
    </div>
  );
}
