import { useRef, useState } from "preact/hooks";
import { Card } from "../../ui/Card.tsx";
import { Problems } from "../../ui/Problems.tsx";
import { Skeleton } from "../../ui/Resource.tsx";
import { Choices, type ChoicesProps } from "./Choices.tsx";
import { Editor, showLine } from "./Editor.tsx";
import { FindingList } from "./FindingList.tsx";
import { applySuggestion, askFor } from "./manifest.ts";
import { Places } from "./Places.tsx";
import { useVerdict } from "./useVerdict.ts";
import { VerdictText } from "./VerdictText.tsx";

interface WorkbenchProps extends ChoicesProps {
  /** The text of the example; undefined until its data is loaded. */
  begin: string | undefined;
}

/** The manifest on the left, the results on the right. */
export function Workbench({ begin, ...choices }: WorkbenchProps) {
  // Unedited text is regenerated when the cluster changes.
  const [edited, setText] = useState<string>();
  const text = edited ?? begin ?? "";
  const area = useRef<HTMLTextAreaElement>(null);
  const manifest = begin === undefined ? undefined : text;
  const { verdict, problem, isChecking } = useVerdict(choices.cluster, manifest);
  return (
    <>
      <Choices {...choices} />
      <div class="workbench">
        <Card class="workbench-text">
          <Editor area={area} text={text} onText={setText} />
        </Card>
        <div class="workbench-verdict" aria-busy={isChecking}>
          {problem && <Problems problem={problem} />}
          {!verdict && !problem && <Skeleton lines={8} />}
          {verdict && (
            <>
              <VerdictText verdict={verdict} isOld={isChecking || problem !== undefined} />
              <FindingList
                verdict={verdict}
                text={text}
                onLine={(line) => showLine(area.current, line)}
                onSuggestion={(finding, suggestion) => setText(applySuggestion(text, finding, suggestion))}
              />
              <Places
                verdict={verdict}
                text={text}
                onAsk={(address, asker) => setText(askFor(text, address, asker))}
              />
            </>
          )}
        </div>
      </div>
    </>
  );
}
