import * as z from "zod";
import { listChecks } from "../shared/audit/checks.ts";
import { readPolicy } from "../shared/policy/policyStore.ts";
import { Check } from "./model.ts";
import { defineOperation } from "./operation.ts";

export const checks = [
  defineOperation({
    name: "listChecks",
    method: "GET",
    path: "/checks",
    summary:
      "The checks of the audit, as severe as policy has them; those that policy turns off are left out",
    role: "Mooring.Reader",
    response: z.object({ items: z.array(Check) }),
    handle: async ({ run }) => {
      const { policy } = await readPolicy(run);
      const items = listChecks().flatMap(({ id, title, severity, on, docs }) => {
        const inForce = policy.audit.checks[id] ?? severity;
        return inForce === "off" ? [] : [{ id, title, severity: inForce, on, docs }];
      });
      return { body: { items } };
    },
  }),
];
