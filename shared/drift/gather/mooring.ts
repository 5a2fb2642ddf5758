import type { Policy } from "../../policy.ts";
import type { Run } from "../../ports.ts";
import type { Checked } from "../checkScope.ts";

/** Mooring's own health. */
export async function checkMooring(_run: Run, _policy: Policy): Promise<Checked> {
  return { found: [], looked: 0 };
}
