import { acknowledge, withdraw } from "../../shared/audit/acknowledge.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { operator } from "../changes.ts";
import { open } from "../open.ts";
import { chooseFinding } from "./choose.ts";
import { parseUntil } from "./until.ts";

interface Options {
  readonly until: string;
  readonly reason: string;
}

export async function acknowledgeOne(selector: string, { until, reason }: Options): Promise<void> {
  const untilUtc = parseUntil(until, new Date());
  const problems = [
    ...(untilUtc === undefined
      ? [`--until ${until}: not a future date (2026-12-24), time in UTC, or duration (12h, 7d, 4w)`]
      : []),
    ...(reason.trim() === "" ? ["--reason: must not be empty"] : []),
  ];
  if (untilUtc === undefined || problems.length > 0) throw new InvalidInput(problems);
  const run = await open();
  const { id } = await chooseFinding(run, selector);
  const { value } = await acknowledge(run, id, { who: operator(), reason: reason.trim(), untilUtc });
  console.log(`Acknowledged until ${value.acknowledged?.untilUtc}: ${id}, ${value.check}.`);
}

export async function withdrawOne(selector: string): Promise<void> {
  const run = await open();
  const { id, check, acknowledged } = await chooseFinding(run, selector);
  await withdraw(run, id);
  console.log(`${acknowledged ? "Acknowledgement removed" : "Not acknowledged"}: ${id}, ${check}.`);
}
