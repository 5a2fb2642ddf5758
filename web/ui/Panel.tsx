import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { go } from "./route.ts";

interface PanelProps {
  title: string;
  /** Target of the close button. */
  closeHref: string;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

/**
 * Details of a list item, next to the list (on narrow screens, over it); Escape closes it. Its heading
 * receives the focus when it opens.
 */
export function Panel({ title, closeHref, actions, children }: PanelProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useFocusBack();
  useEffect(() => heading.current?.focus(), [title]);
  const onKeyDown = ({ key, target }: KeyboardEvent) => {
    // Escape in a dialog that was opened from here closes only the dialog.
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

/** Returns the focus to the element that had it before the panel opened. */
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

/** A list and the panel of the selected item, if any. */
export function Split({ children, panel }: { children: ComponentChildren; panel?: ComponentChildren }) {
  const hasPanel = panel !== undefined && panel !== false && panel !== null;
  return (
    <div class={hasPanel ? "split split-open" : "split"}>
      <div class="split-list">{children}</div>
      {panel}
    </div>
  );
}
