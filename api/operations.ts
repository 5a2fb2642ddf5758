/** Every operation of the HTTP API, by noun. From this table come the routing, the checks, the OpenAPI document and `docs/api.md`. */
import { clusters } from "./clusters.ts";
import { describe } from "./describe.ts";
import { me } from "./me.ts";
import type { Operation } from "./operation.ts";
import { overview } from "./overview.ts";
import { trend } from "./trend.ts";

export const operations: readonly Operation[] = [
  ...me,
  ...overview,
  ...clusters,
  ...trend,
  describe(() => operations),
];
