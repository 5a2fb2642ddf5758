import type { Verdict } from "../../../api/model.ts";
import { Badge, type Tone } from "../../ui/Badge.tsx";
import { Card } from "../../ui/Card.tsx";

const DECISIONS: Readonly<Record<Verdict["decision"], readonly [tone: Tone, text: string]>> = {
  allow: ["good", "Allowed"],
  warn: ["warn", "Allowed, with warnings"],
  deny: ["error", "Denied"],
};

/** The verdict and the output of kubectl. */
export function VerdictText({ verdict, isOld }: { verdict: Verdict; isOld: boolean }) {
  const [tone, text] = DECISIONS[verdict.decision];
  return (
    <Card
      title="kubectl output"
      class={isOld ? "verdict-old" : ""}
      actions={
        <span role="status">
          <Badge tone={tone}>{text}</Badge>
        </span>
      }
    >
      <div class="terminal">
        <code class="quiet">$ kubectl create -f service.yaml</code>
        <pre>{verdict.kubectl}</pre>
      </div>
    </Card>
  );
}
