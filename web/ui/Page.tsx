import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface PageProps {
  title: string;
  /** Text below the heading. */
  lead?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

// The first page of a visit starts at the top; later pages start at their heading.
let visited = 0;

/** The user moved the focus to the search field before the view was loaded. */
function isTyping(): boolean {
  return document.activeElement?.matches("input, textarea, select") === true;
}

/** A view: its heading receives the focus when the view opens, and names the browser tab. */
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
