import type { RefObject } from "preact";
import { Field } from "../../ui/Field.tsx";

interface EditorProps {
  area: RefObject<HTMLTextAreaElement | null>;
  text: string;
  onText: (text: string) => void;
}

/** A plain text area: Tab leaves it, and every browser and screen reader supports it. */
export function Editor({ area, text, onText }: EditorProps) {
  return (
    <Field label="Service" hint="YAML or JSON. Results update as you type.">
      {(ids) => (
        <textarea
          {...ids}
          ref={area}
          class="manifest"
          rows={24}
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          wrap="off"
          value={text}
          onInput={(event) => onText(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** Selects the line, so that the user can see it and type over it. */
export function showLine(area: HTMLTextAreaElement | null, line: number): void {
  if (!area) return;
  const lines = area.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  area.scrollTop = Math.max(0, (area.scrollHeight / lines.length) * (line - 6));
}
