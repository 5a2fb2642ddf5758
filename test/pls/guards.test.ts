/** Each guard of a write to a Private Link Service or a private endpoint connection is needed. @see docs/contributing/guards.md */
import { proveGuards } from "../orphans/removals/prove.ts";
import { crimesOf } from "./access/play.ts";
import { ACCESS_GUARDS } from "./access/removals.ts";

proveGuards("test/pls/access/play.ts", crimesOf, ACCESS_GUARDS);
