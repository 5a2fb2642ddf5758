import { useMemo, useState } from "preact/hooks";
import { Button } from "./Button.tsx";
import { mergeLines, onlyChanged, type MergedLine } from "./mergeLines.ts";

const MARK_NAMES = { "+": "added", "-": "removed", " ": "same" } as const;

/** Two JSON values as a diff: only the changes with their parents, or everything. */
export function Diff({ before, after }: { before: unknown; after: unknown }) {
  const [isComplete, setComplete] = useState(false);
  const lines = useMemo(() => mergeLines(before, after), [before, after]);
  const shown = isComplete ? lines : onlyChanged(lines);
  const isSame = lines.every(({ mark }) => mark === " ");
  return (
    <div class="diff">
      <div class="diff-head">
        <span>
          {isSame ? "No differences" : `${counted(lines, "-")} removed, ${counted(lines, "+")} added`}
        </span>
        <Button kind="quiet" aria-pressed={isComplete} onClick={() => setComplete(!isComplete)}>
          {isComplete ? "Show changes only" : "Show all"}
        </Button>
      </div>
      <ul class="lines" tabIndex={0} aria-label="Difference">
        {shown.map((line, index) => (line ? <Row key={index} line={line} /> : <Gap key={index} />))}
      </ul>
    </div>
  );
}

function counted(lines: readonly MergedLine[], expected: MergedLine["mark"]): number {
  return lines.filter(({ mark }) => mark === expected).length;
}

function Row({ line: { mark, text, depth } }: { line: MergedLine }) {
  return (
    <li class={`line line-${MARK_NAMES[mark]}`}>
      <span class="mark" aria-hidden="true">
        {mark}
      </span>
      {mark !== " " && <span class="unseen">{MARK_NAMES[mark]}: </span>}
      <code>{"  ".repeat(depth) + text}</code>
    </li>
  );
}

function Gap() {
  return <li class="line line-gap">…</li>;
}
