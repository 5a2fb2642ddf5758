import { execFile } from "node:child_process";
import { join } from "node:path";
import * as z from "zod";
import { EXCEPTIONS, type Exception } from "./exceptions.ts";

const ROOT = join(import.meta.dirname, "../../..");
const PATIENCE_MILLISECONDS = 30_000;

const Via = z.union([
  z.string(),
  z.object({ title: z.string(), url: z.string(), severity: z.string(), range: z.string() }),
]);
/** @see https://docs.npmjs.com/cli/commands/npm-audit */
const Report = z.object({ vulnerabilities: z.record(z.string(), z.object({ via: z.array(Via) })) });

export interface Audit {
  /** `unknown`: the registry returned no result. */
  readonly kind: "clean" | "found" | "unknown";
  readonly lines: readonly string[];
}

/** Queries the registry, as `npm audit` does. Never throws: an unavailable registry is a result. */
export async function auditPackages(now = new Date()): Promise<Audit> {
  return readAudit(await ask(), { exceptions: EXCEPTIONS, today: now.toISOString().slice(0, 10) });
}

/** Pure. @param text what `npm audit --json` printed */
export function readAudit(
  text: string,
  { exceptions, today }: { readonly exceptions: Readonly<Record<string, Exception>>; readonly today: string },
): Audit {
  const report = Report.safeParse(jsonOf(text));
  if (!report.success)
    return {
      kind: "unknown",
      lines: ["npm audit is left out: the registry's audit endpoint does not answer"],
    };
  const advisories = new Map<string, string>();
  for (const [name, { via }] of Object.entries(report.data.vulnerabilities))
    for (const one of via)
      if (typeof one === "object")
        advisories.set(idOf(one.url), `${one.severity}: ${name} ${one.range}: ${one.title} (${one.url})`);
  const counting = [...advisories].filter(([id]) => !(today < (exceptions[id]?.untilDate ?? "")));
  if (counting.length > 0) return { kind: "found", lines: counting.map(([, line]) => line) };
  const explained =
    advisories.size === 0 ? "" : `; ${advisories.size} explained in dev/tools/audit/exceptions.ts`;
  return { kind: "clean", lines: [`No advisories for the installed packages${explained}.`] };
}

/** `GHSA-xxxx-xxxx-xxxx`. */
function idOf(url: string): string {
  return url.split("/").at(-1) ?? url;
}

/** Exit codes also depend on findings: only the printed output is used. */
function ask(): Promise<string> {
  const options = { cwd: ROOT, timeout: PATIENCE_MILLISECONDS, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) =>
    execFile("npm", ["audit", "--json", "--audit"], options, (_, stdout) => resolve(stdout)),
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
