import type { Plan } from "../../api/model.ts";

type Line = Plan["changes"][number]["lines"][number];

const MARK_NAMES: Readonly<Record<Line["mark"], string>> = {
  "+": "added",
  "-": "removed",
  "~": "changed",
  " ": "",
};

/** Lines of a plan, each with its mark; screen readers read the mark as a word. */
export function Lines({ lines }: { lines: readonly Line[] }) {
  return (
    <ul class="lines">
      {lines.map(({ mark, text }, index) => (
        <li key={index} class={`line line-${MARK_NAMES[mark] || "same"}`}>
          <span class="mark" aria-hidden="true">
            {mark}
          </span>
          {MARK_NAMES[mark] !== "" && <span class="unseen">{MARK_NAMES[mark]}: </span>}
          <code>{text}</code>
        </li>
      ))}
    </ul>
  );
}
