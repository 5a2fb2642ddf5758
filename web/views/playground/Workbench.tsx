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
  /** The example's text; undefined until it can be written. */
  begin: string | undefined;
}

/** The manifest at the left, what is said of it at the right. */
export function Workbench({ begin, ...choices }: WorkbenchProps) {
  // Until it is edited it is the example, for whichever cluster.
  const [edited, setText] = useState<string>();
  const text = edited ?? begin ?? "";
  const area = useRef<HTMLTextAreaElement>(null);
  const asked = begin === undefined ? undefined : text;
  const { verdict, problem, isAsking } = useVerdict(choices.cluster, asked);
  return (
    <>
      <Choices {...choices} />
      <div class="workbench">
        <Card class="workbench-text">
          <Editor area={area} text={text} onText={setText} />
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
