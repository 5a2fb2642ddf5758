import type { Plan } from "../../api/model.ts";

type Line = Plan["changes"][number]["lines"][number];

const SAID: Readonly<Record<Line["mark"], string>> = {
  "+": "added",
  "-": "removed",
  "~": "changed",
  " ": "",
};

/** Lines of a plan, each with its mark; the mark is read out as a word. */
export function Lines({ lines }: { lines: readonly Line[] }) {
  return (
    <ul class="lines">
      {lines.map(({ mark, text }, index) => (
        <li key={index} class={`line line-${SAID[mark] || "same"}`}>
          <span class="mark" aria-hidden="true">
            {mark}
          </span>
          {SAID[mark] !== "" && <span class="unseen">{SAID[mark]}: </span>}
          <code>{text}</code>
        </li>
      ))}
    </ul>
  );
}
