/** Required actions, the finding trend, and the status of Mooring. */
import type { Overview as OverviewData } from "../../../api/model.ts";
import { Page } from "../../ui/Page.tsx";
import { Resource } from "../../ui/Resource.tsx";
import { useResource } from "../../ui/useResource.ts";
import { RunAudit } from "../audits/RunAudit.tsx";
import { Clusters } from "./Clusters.tsx";
import { LastAudits } from "./LastAudits.tsx";
import { Needs } from "./Needs.tsx";
import { Trend } from "./Trend.tsx";
import { MooringStatus } from "./MooringStatus.tsx";
import "../audits/audits.css";
import "./overview.css";

export function Overview() {
  const overview = useResource<OverviewData>("/overview", { everySeconds: 3 });
  const isRunning = overview.data?.audits.some(({ state }) => state === "running") ?? false;
  return (
    <Page title="Overview" actions={<RunAudit isRunning={isRunning} />}>
      <Resource of={overview} lines={16}>
        {({ needs, trend, audits, clusters, mooring }) => (
          <div class="overview">
            <Needs needs={needs} wasAudited={mooring.auditedAtUtc !== undefined} />
            <Trend days={trend} />
            <div class="overview-side">
              <LastAudits audits={audits} />
              <MooringStatus mooring={mooring} />
            </div>
            <Clusters clusters={clusters} />
          </div>
        )}
      </Resource>
    </Page>
  );
}
