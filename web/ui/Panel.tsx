import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { go } from "./route.ts";

interface PanelProps {
  title: string;
  /** Where closing it leads. */
  closeHref: string;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

/** One thing of a list, beside it (on narrow screens, over it); Escape closes it. Its heading gets the focus when it opens. */
export function Panel({ title, closeHref, actions, children }: PanelProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useFocusBack();
  useEffect(() => heading.current?.focus(), [title]);
  const onKeyDown = ({ key, target }: KeyboardEvent) => {
    // A dialog that was opened from here closes by itself, and alone.
    if (key === "Escape" && (target as Element).closest("dialog") === null) go(closeHref);
  };
  return (
    <aside class="panel card" aria-labelledby={id} onKeyDown={onKeyDown}>
      <header class="panel-head">
        <h2 id={id} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <a class="button button-quiet" href={closeHref} aria-label="Close">
          ✕
        </a>
      </header>
      {actions !== undefined && <div class="actions">{actions}</div>}
      {children}
    </aside>
  );
}

/** What had the focus before the panel came has it again when the panel goes. */
function useFocusBack(): void {
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      const { activeElement: now, body } = document;
      const isOurs = now === body || now?.closest(".panel") != null;
      if (isOurs && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
}

/** A list with, where there is one, the panel of what is chosen. */
export function Split({ children, panel }: { children: ComponentChildren; panel?: ComponentChildren }) {
  const hasPanel = panel !== undefined && panel !== false && panel !== null;
  return (
    <div class={hasPanel ? "split split-open" : "split"}>
      <div class="split-list">{children}</div>
      {panel}
    </div>
  );
}
