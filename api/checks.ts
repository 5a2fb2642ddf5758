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
    summary: "List the active audit checks with the severity that the policy sets",
    role: "Mooring.Reader",
    response: z.object({ items: z.array(Check) }),
    handle: async ({ run }) => {
      const { policy } = await readPolicy(run);
      const items = listChecks().flatMap(({ id, title, severity, on, docs }) => {
        const effective = policy.audit.checks[id] ?? severity;
        return effective === "off" ? [] : [{ id, title, severity: effective, on, docs }];
      });
      return { body: { items } };
    },
  }),
];
