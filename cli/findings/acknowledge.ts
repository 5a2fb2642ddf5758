import type { Command } from "commander";
import { InvalidInput } from "../../shared/core/errors.ts";
import { openApi } from "../api/open.ts";
import { chooseFinding } from "./choose.ts";
import { parseUntil } from "./until.ts";

interface Options {
  readonly until: string;
  readonly reason: string;
}

export async function acknowledgeOne(
  selector: string,
  { until, reason }: Options,
  command: Command,
): Promise<void> {
  const untilUtc = parseUntil(until, new Date());
  const problems = [
    ...(untilUtc === undefined
      ? [`--until ${until}: not a future date (2026-12-24), time in UTC, or duration (12h, 7d, 4w)`]
      : []),
    ...(reason.trim() === "" ? ["--reason: must not be empty"] : []),
  ];
  if (untilUtc === undefined || problems.length > 0) throw new InvalidInput(problems);
  const api = await openApi(command);
  const { id, check, etag } = await chooseFinding(api, selector);
  const body = { untilUtc, reason: reason.trim() };
  const { acknowledged } = await api.call("acknowledgeFinding", { params: { id }, body, ifMatch: etag });
  console.log(`Acknowledged until ${acknowledged?.untilUtc}: ${id}, ${check}.`);
}

export async function withdrawOne(selector: string, _options: unknown, command: Command): Promise<void> {
  const api = await openApi(command);
  const { id, check, acknowledged, etag } = await chooseFinding(api, selector);
  if (acknowledged) await api.call("withdrawAcknowledgement", { params: { id }, ifMatch: etag });
  console.log(`${acknowledged ? "Acknowledgement removed" : "Not acknowledged"}: ${id}, ${check}.`);
}
