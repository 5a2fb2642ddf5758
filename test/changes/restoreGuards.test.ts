/** Each guard of what an undo gives is needed. @see docs/contributing/guards.md */
import { proveGuards } from "../orphans/removals/prove.ts";
import { crimesOf } from "./restores/play.ts";
import { RESTORE_GUARDS } from "./restores/removals.ts";

proveGuards("test/changes/restores/play.ts", crimesOf, RESTORE_GUARDS);
