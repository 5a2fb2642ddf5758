import type { Command } from "commander";
import { inParts, oneByOne } from "../../shared/changes/parts.ts";
import { planFix } from "../../shared/audit/fix.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { carryOut } from "../changes.ts";
import { openToWrite } from "../open.ts";
import { chooseFinding } from "./choose.ts";

/** The next audit resolves the finding. @throws InvalidInput if Mooring cannot repair it */
export async function fix(selector: string, { yes }: { yes: boolean }, command: Command): Promise<void> {
  const { run, apply } = await openToWrite();
  const finding = await chooseFinding(run, selector);
  const plan = await planFix(run, finding);
  if (!plan)
    throw new InvalidInput(
      `Mooring cannot repair finding ${finding.id}, or it is already repaired; advice: ${finding.advice}`,
    );
  const why = `mooring findings fix ${finding.id}`;
  await carryOut(command, { run, apply: inParts(apply, oneByOne(plan)), plan, why, yes });
}
