/**
 * Short notifications, announced politely to screen readers; they disappear automatically, but stay while
 * the pointer is over them.
 */
import { useEffect, useState } from "preact/hooks";
import type { Tone } from "./Badge.tsx";

const SHOWN_MILLISECONDS = 8000;

interface Note {
  readonly id: number;
  readonly text: string;
  readonly tone: Tone;
}

let last = 0;
let notes: readonly Note[] = [];
const listeners = new Set<(notes: readonly Note[]) => void>();

export function notify(text: string, tone: Tone = "good"): void {
  last += 1;
  const note = { id: last, text, tone };
  show([...notes, note]);
  setTimeout(() => dismiss(note.id), SHOWN_MILLISECONDS);
}

function dismiss(id: number): void {
  show(notes.filter((note) => note.id !== id));
}

function show(next: readonly Note[]): void {
  notes = next;
  for (const listener of listeners) listener(next);
}

export function Notes() {
  const [shown, setShown] = useState(notes);
  useEffect(() => {
    listeners.add(setShown);
    return () => void listeners.delete(setShown);
  }, []);
  return (
    <div class="notes" role="status" aria-live="polite">
      {shown.map(({ id, text, tone }) => (
        <div key={id} class={`note tone-${tone}`}>
          <span>{text}</span>
          <button type="button" aria-label="Dismiss" onClick={() => dismiss(id)}>
            ✕
          </button>
        </div>
      ))}
    </div>
  );
}
