/** Positions on a map: pointer, keyboard and selection. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Cells } from "./cells.ts";
import type { Marks } from "./drawMarks.ts";
import type { Layout } from "./layout.ts";
import { targetOf, nextUsed } from "./movement.ts";

type On = "map" | "magnifier";

interface CursorOptions {
  readonly cells: Cells;
  readonly layout: Layout;
  readonly pinned: number | undefined;
  readonly found: readonly number[];
  readonly changed: readonly number[];
  readonly onPin: (offset: number | undefined) => void;
}

export interface Cursor {
  /** The cell of the keyboard, with or without focus. */
  readonly active: number;
  /** The cell with a tooltip: under the pointer, otherwise of the keyboard while it has the focus. */
  readonly at: number | undefined;
  /** The canvas that shows the tooltip; undefined if there is none. */
  readonly tipOn: On | undefined;
  readonly marks: Marks;
  readonly pointOn: (on: On) => (offset: number | undefined) => void;
  readonly pick: (offset: number) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly setFocus: (hasFocus: boolean) => void;
}

export function useCursor({ cells, layout, pinned, found, changed, onPin }: CursorOptions): Cursor {
  const [pointed, setPointed] = useState<{ readonly offset: number; readonly on: On }>();
  const [walked, setWalked] = useState<number>();
  const [hasFocus, setFocus] = useState(false);
  const [isTipShut, shutTip] = useState(false);
  useEffect(() => {
    if (pinned !== undefined) setWalked(pinned);
  }, [pinned]);

  const active = cellOf(cells, walked ?? pinned);
  const spot = pointed ?? (hasFocus ? ({ offset: active, on: "map" } as const) : undefined);
  const at = spot?.offset;
  const isKeyboard = pointed === undefined && hasFocus;
  const marks = useMemo<Marks>(
    () => ({ at, hasFocus: isKeyboard, pinned, found, changed }),
    [at, isKeyboard, pinned, found, changed],
  );
  const pointOn = (on: On) => (offset: number | undefined) => {
    if (offset === pointed?.offset && on === pointed?.on) return;
    setPointed(offset === undefined ? undefined : { offset, on });
    shutTip(false);
  };
  const pick = (offset: number) => {
    setWalked(offset);
    onPin(offset);
  };
  const walk = (offset: number) => {
    setPointed(undefined);
    setWalked(offset);
    shutTip(false);
  };
  const letGo = () => {
    shutTip(true);
    onPin(undefined);
  };
  const actions: Readonly<Record<string, () => void>> = {
    Enter: () => pick(active),
    " ": () => pick(active),
    Escape: letGo,
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = targetOf(cells, layout, active, event);
    const action = to === undefined ? actions[event.key] : () => walk(to);
    if (!action || isForeign(event)) return;
    action();
    event.preventDefault();
  };
  // The details already describe the selected address.
  const tipOn = isTipShut || at === pinned ? undefined : spot?.on;
  return { active, at, tipOn, marks, pointOn, pick, onKeyDown, setFocus };
}

/** Start position of the keyboard: the first used address. A prefix may have become smaller. */
function cellOf(cells: Cells, offset: number | undefined): number {
  return Math.min(cells.size - 1, offset ?? nextUsed(cells, -1, 1) ?? 0);
}

/** With these modifiers the browser handles the key. */
function isForeign({ altKey, metaKey }: KeyboardEvent): boolean {
  return altKey || metaKey;
}
