import { resourceName } from "../../azure/resourceId.ts";
import { defineCheck } from "../check.ts";

export const frontendWithoutService = defineCheck({
  id: "frontend-without-service",
  title: "A load balancer frontend is not used by any Service",
  severity: "warning",
  docs: "The frontend uses an address and counts toward the limits of its load balancer. The sweep removes it after it is proved an orphan and the grace period ends.",
  on: "orphan",
  check: ({ candidate }) => {
    const { resourceId, kind, cluster, verdict, against, missing } = candidate;
    if (kind !== "frontend" && kind !== "loadBalancer") return undefined;
    const name = resourceName(resourceId);
    const what = kind === "frontend" ? `frontend ${name}` : `load balancer ${name}`;
    const because = verdict === "orphan" ? candidate.for.map(({ says }) => says) : [...against, ...missing];
    return {
      about: resourceId,
      cluster,
      message: `no Service of ${cluster} uses ${what}: ${because.join("; ")}`,
      advice:
        verdict === "orphan"
          ? "it is in quarantine, or enters it with the next sweep; to keep it, run mooring orphans hold"
          : "it is not proved an orphan, so Mooring does not delete it: resolve the named evidence, or delete it manually",
    };
  },
});
