import type { Audit } from "../../../api/model.ts";
import { Card } from "../../ui/Card.tsx";
import { Empty } from "../../ui/Resource.tsx";
import { href } from "../../ui/route.ts";
import { CountsBadges } from "../../ui/Severity.tsx";
import { Time } from "../../ui/Time.tsx";
import { AuditProgress, AuditState } from "../audits/AuditProgress.tsx";

export function LastAudits({ audits }: { audits: readonly Audit[] }) {
  return (
    <Card title="Last audits" actions={<a href={href("audits")}>All audits</a>}>
      {audits.length === 0 && (
        <Empty title="No audit has run yet.">
          Audits run on a schedule. Select <strong>Run audit</strong> to start one now.
        </Empty>
      )}
      <ul class="last-audits">
        {audits.map((audit) => (
          <li key={audit.id}>
            <a href={href("audits", audit.id)}>
              <Time utc={audit.startedAtUtc} />
            </a>
            <AuditState audit={audit} />
            {audit.state === "running" ? <AuditProgress audit={audit} /> : <Found audit={audit} />}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Found({ audit: { counts, appeared, resolved, who } }: { audit: Audit }) {
  return (
    <span class="last-found">
      {counts && <CountsBadges counts={counts} />}
      <span class="quiet">
        {appeared !== undefined && `${appeared} new, ${resolved ?? 0} resolved, `}by {who}
      </span>
    </span>
  );
}
