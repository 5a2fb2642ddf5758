import { useMemo, useState } from "preact/hooks";
import { Button } from "./Button.tsx";
import { mergeLines, onlyChanged, type MergedLine } from "./mergeLines.ts";

const SAID = { "+": "added", "-": "removed", " ": "same" } as const;

/** Two JSON values as a diff: only what changed and what it stands in, or the whole. */
export function Diff({ before, after }: { before: unknown; after: unknown }) {
  const [isWhole, setWhole] = useState(false);
  const lines = useMemo(() => mergeLines(before, after), [before, after]);
  const shown = isWhole ? lines : onlyChanged(lines);
  const isSame = lines.every(({ mark }) => mark === " ");
  return (
    <div class="diff">
      <div class="diff-head">
        <span>
          {isSame ? "Nothing differs" : `${counted(lines, "-")} removed, ${counted(lines, "+")} added`}
        </span>
        <Button kind="quiet" aria-pressed={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? "Only what changed" : "Show the whole"}
        </Button>
      </div>
      <ul class="lines" tabIndex={0} aria-label="Difference">
        {shown.map((line, index) => (line ? <Row key={index} line={line} /> : <Gap key={index} />))}
      </ul>
    </div>
  );
}

function counted(lines: readonly MergedLine[], wanted: MergedLine["mark"]): number {
  return lines.filter(({ mark }) => mark === wanted).length;
}

function Row({ line: { mark, text, depth } }: { line: MergedLine }) {
  return (
    <li class={`line line-${SAID[mark]}`}>
      <span class="mark" aria-hidden="true">
        {mark}
      </span>
      {mark !== " " && <span class="unseen">{SAID[mark]}: </span>}
      <code>{"  ".repeat(depth) + text}</code>
    </li>
  );
}

function Gap() {
  return <li class="line line-gap">…</li>;
}
