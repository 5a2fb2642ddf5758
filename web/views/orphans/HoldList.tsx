import type { Hold, Orphan } from "../../../api/model.ts";
import { Card } from "../../ui/Card.tsx";
import { Time } from "../../ui/Time.tsx";
import { useHolding } from "./Holding.tsx";

interface HoldListProps {
  readonly holds: readonly Hold[];
  /** They show their holds themselves. */
  readonly orphans: readonly Orphan[];
}

/** Holds on resources that a Service uses, or that no longer exist. */
export function HoldList({ holds, orphans }: HoldListProps) {
  const { button, dialog, problem } = useHolding();
  const shown = holds.filter(({ key }) => !orphans.some((orphan) => orphan.key === key));
  if (shown.length === 0) return null;
  return (
    <Card title="Other holds" class="deleted">
      <ul class="deleted-list">
        {shown.map((hold) => (
          <li key={hold.key}>
            <div>
              {hold.name}{" "}
              <span class="quiet">
                held by {hold.who} <Time utc={hold.sinceUtc} />: {hold.why}
              </span>
              <p class="identity">{hold.resourceId}</p>
            </div>
            {button({ ...hold, hold })}
          </li>
        ))}
      </ul>
      {problem}
      {dialog}
    </Card>
  );
}
