import { useRef, useState } from "preact/hooks";
import { Card } from "../../ui/Card.tsx";
import { Field, Select } from "../../ui/Field.tsx";
import { Problems } from "../../ui/Problems.tsx";
import { href } from "../../ui/route.ts";
import { Skeleton } from "../../ui/Resource.tsx";
import { EXAMPLES } from "./examples.ts";
import { FindingList } from "./FindingList.tsx";
import { applySuggestion, askFor } from "./manifest.ts";
import { Places } from "./Places.tsx";
import { useVerdict } from "./useVerdict.ts";
import { VerdictText } from "./VerdictText.tsx";

interface WorkbenchProps {
  clusters: readonly string[];
  cluster: string;
  example: string;
  /** The example's text; undefined until it can be written. */
  begin: string | undefined;
  onChange: (changes: Readonly<Record<string, string>>) => void;
}

/** The manifest at the left, what is said of it at the right. */
export function Workbench({ clusters, cluster, example, begin, onChange }: WorkbenchProps) {
  // Until it is edited it is the example, for whichever cluster.
  const [edited, setText] = useState<string>();
  const text = edited ?? begin ?? "";
  const editor = useRef<HTMLTextAreaElement>(null);
  const { verdict, problem, isAsking } = useVerdict(cluster, begin === undefined ? undefined : text);
  return (
    <>
      <div class="filters">
        <Select
          label="Cluster"
          value={cluster}
          options={clusters.map((name) => [name, name] as const)}
          onChange={(cluster) => onChange({ cluster })}
        />
        <nav class="examples" aria-label="Examples">
          {EXAMPLES.map(({ id, title }) => (
            <a
              key={id}
              class="button"
              href={href("playground", undefined, { cluster, example: id })}
              aria-current={id === example ? "true" : undefined}
            >
              {title}
            </a>
          ))}
        </nav>
      </div>
      <div class="workbench">
        <Card class="workbench-text">
          <Field label="Service" hint="YAML or JSON. What is said of it follows as you type.">
            {(ids) => (
              <textarea
                {...ids}
                ref={editor}
                class="manifest"
                rows={24}
                spellcheck={false}
                autocomplete="off"
                autocapitalize="off"
                wrap="off"
                value={text}
                onInput={(event) => setText(event.currentTarget.value)}
              />
            )}
          </Field>
        </Card>
        <div class="workbench-said" aria-busy={isAsking}>
          {problem && <Problems problem={problem} />}
          {!verdict && !problem && <Skeleton lines={8} />}
          {verdict && (
            <>
              <VerdictText verdict={verdict} isOld={isAsking || problem !== undefined} />
              <FindingList
                verdict={verdict}
                text={text}
                onLine={(line) => showLine(editor.current, line)}
                onSuggestion={(finding, suggestion) => setText(applySuggestion(text, finding, suggestion))}
              />
              <Places verdict={verdict} onAsk={(address) => setText(askFor(text, address))} />
            </>
          )}
        </div>
      </div>
    </>
  );
}

/** Selects the line, so that it can be seen and typed over. */
function showLine(editor: HTMLTextAreaElement | null, line: number): void {
  if (!editor) return;
  const lines = editor.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  editor.focus();
  editor.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  editor.scrollTop = Math.max(0, (editor.scrollHeight / lines.length) * (line - 6));
}
