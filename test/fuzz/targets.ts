/** All targets that are fuzzed in process. `routes.test.ts` and `cli.test.ts` fuzz separate processes and HTTP routes. */
import type { Target } from "./target.ts";
import { addresses } from "./targets/addresses.ts";
import { documents } from "./targets/documents.ts";
import { keys } from "./targets/keys.ts";
import { messages } from "./targets/messages.ts";
import { reports } from "./targets/reports.ts";
import { requests } from "./targets/requests.ts";

export const targets: readonly Target[] = [
  ...addresses,
  ...keys,
  ...documents,
  ...messages,
  ...requests,
  ...reports,
];
