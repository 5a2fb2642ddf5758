/**
 * Every operation of the HTTP API, by resource. Routing, validation, the OpenAPI document and `docs/reference/api.md`
 * come from this table.
 */
import { audits } from "./audits.ts";
import { check } from "./check.ts";
import { checks } from "./checks.ts";
import { clusters } from "./clusters.ts";
import { connections } from "./connections.ts";
import { describe } from "./describe.ts";
import { doctor } from "./doctor.ts";
import { findings } from "./findings.ts";
import { holds } from "./holds.ts";
import { ip } from "./ip.ts";
import { journal } from "./journal.ts";
import { privateLinkServices } from "./pls.ts";
import { me } from "./me.ts";
import type { Operation } from "./operation.ts";
import { orphans } from "./orphans.ts";
import { overview } from "./overview.ts";
import { policy } from "./policy.ts";
import { queues } from "./queues.ts";
import { refusals } from "./refusals.ts";
import { search } from "./search.ts";
import { subnets } from "./subnets.ts";
import { trend } from "./trend.ts";
import { writing } from "./writing.ts";

export const operations: readonly Operation[] = [
  ...me,
  ...overview,
  ...clusters,
  ...checks,
  ...findings,
  ...trend,
  ...audits,
  ...subnets,
  ...ip,
  ...search,
  ...privateLinkServices,
  ...connections,
  ...orphans,
  ...holds,
  ...journal,
  ...policy,
  ...refusals,
  ...queues,
  ...writing,
  ...check,
  ...doctor,
  describe(() => operations),
];
