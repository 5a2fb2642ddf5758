import { resourceName } from "../../azure/resourceId.ts";
import { defineCheck } from "../check.ts";

export const frontendWithoutService = defineCheck({
  id: "frontend-without-service",
  title: "A frontend that no living Service accounts for",
  severity: "warn",
  docs: "It holds an address and a place on its load balancer. The sweep removes it once it is proved an orphan and its grace is over.",
  on: "orphan",
  check: ({ candidate }) => {
    const { resourceId, kind, cluster, verdict, against, missing } = candidate;
    if (kind !== "frontend" && kind !== "loadBalancer") return undefined;
    const name = resourceName(resourceId);
    const what = kind === "frontend" ? `frontend ${name}` : `any frontend of load balancer ${name}`;
    const because = verdict === "orphan" ? candidate.for.map(({ says }) => says) : [...against, ...missing];
    return {
      about: resourceId,
      cluster,
      message: `no living Service of ${cluster} accounts for ${what}: ${because.join("; ")}`,
      advice:
        verdict === "orphan"
          ? "it is in quarantine, or will be at the next sweep: hold it there if somebody needs it (mooring orphans hold)"
          : "it is not proved an orphan, so nothing is done about it: settle what is named, or remove it by hand",
    };
  },
});
