/** Where on a map one is: with the pointer, with the keyboard, and what is pinned. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Cells } from "./cells.ts";
import type { Marks } from "./drawMarks.ts";
import type { Layout } from "./layout.ts";
import { moved, nextTaken } from "./movement.ts";

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
  /** The cell of the keyboard, whether it has the focus or not. */
  readonly active: number;
  /** The cell that is told of: under the pointer, else of the keyboard while it has the focus. */
  readonly at: number | undefined;
  /** On which drawing the tip stands; undefined while there is none. */
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
  const deeds: Readonly<Record<string, () => void>> = {
    Enter: () => pick(active),
    " ": () => pick(active),
    Escape: letGo,
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = moved(cells, layout, active, event);
    const deed = to === undefined ? deeds[event.key] : () => walk(to);
    if (!deed || isForeign(event)) return;
    deed();
    event.preventDefault();
  };
  // What is pinned is told in the details already.
  const tipOn = isTipShut || at === pinned ? undefined : spot?.on;
  return { active, at, tipOn, marks, pointOn, pick, onKeyDown, setFocus };
}

/** Where the keyboard begins: at the first taken address. A prefix may have become smaller. */
function cellOf(cells: Cells, offset: number | undefined): number {
  return Math.min(cells.size - 1, offset ?? nextTaken(cells, -1, 1) ?? 0);
}

/** With these the key is the browser's. */
function isForeign({ altKey, metaKey }: KeyboardEvent): boolean {
  return altKey || metaKey;
}
