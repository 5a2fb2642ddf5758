import * as z from "zod";
import { CERTIFICATE_NEAR_DAYS } from "../../declarations/certificate.ts";
import { defineCheck, fail, ok, skipped, warn, type Outcome } from "../check.ts";
import type { Certificate } from "../../ports/installation.ts";
import { waitForAll } from "../../core/waitForAll.ts";

const Health = z.object({
  status: z.string(),
  problems: z.array(z.string()).default([]),
  version: z.string().optional(),
});

const NO_URL = "no app configured: use --url or set MOORING_APP_URL";

export const app = defineCheck({
  id: "app",
  title: "The app is reachable, healthy and has the version of this CLI",
  docs: "Calls /api/health of the app from this machine, without signing in.",
  async read({ appUrl, outside, signal, version }) {
    if (appUrl === undefined) return undefined;
    const { status, text } = await outside.ask(new URL("/api/health", appUrl).href, signal);
    return { status, health: parseHealth(text), version };
  },
  judge(facts): Outcome {
    if (!facts) return skipped(NO_URL);
    const { status, health, version } = facts;
    if (!health)
      return fail({
        message: `status ${status}, and not a health response of Mooring`,
        advice:
          "check that the URL is that of the app, and that App Service authentication excludes /api/health (docs/reference/api.md)",
      });
    if (health.status === "degraded")
      return warn({
        message: `degraded: ${health.problems.join("; ")}`,
        advice: "see check operations for each subscription and cluster with the cause",
      });
    if (health.status !== "ok")
      return fail({
        message: health.problems.join("; ") || health.status,
        advice: "fix the reported problems; docs/reference/settings.md lists the settings",
      });
    if (health.version !== version)
      return warn({
        message: `the app has version ${health.version ?? "unknown"}, this CLI has version ${version}`,
        advice: "use the CLI of the version of the app, or deploy this version",
      });
    return ok(`healthy, version ${version}`);
  },
});

function parseHealth(text: string): z.infer<typeof Health> | undefined {
  try {
    return Health.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const DAY = 24 * 3_600_000;

export const appCertificate = defineCheck({
  id: "app-certificate",
  title: "The certificate of the app is valid and does not expire soon",
  docs: "API servers that call the app directly, relays and senders validate it with every call.",
  async read({ appUrl, outside, signal }) {
    if (appUrl === undefined) return NO_URL;
    if (!appUrl.startsWith("https:")) return "the app is called without TLS, as in the sandbox";
    return outside.certificate(appUrl, signal);
  },
  judge: (facts, nowUtc) =>
    typeof facts === "string"
      ? skipped(facts)
      : judgeCertificate(facts, { nowUtc, advice: "renew the certificate of the host name of the app" }),
});

interface Judging {
  readonly nowUtc: string;
  readonly advice: string;
  readonly about?: string;
}

/** Expired: fail; expires within {@link CERTIFICATE_NEAR_DAYS} days: warning. Pure. */
export function judgeCertificate(
  { endsAtUtc, problem }: Certificate,
  { nowUtc, advice, about }: Judging,
): Outcome {
  if (endsAtUtc <= nowUtc) return fail({ about, message: `the certificate expired at ${endsAtUtc}`, advice });
  if (problem !== undefined)
    return fail({ about, message: `the certificate is not trusted: ${problem}`, advice });
  const days = (Date.parse(endsAtUtc) - Date.parse(nowUtc)) / DAY;
  if (days < CERTIFICATE_NEAR_DAYS)
    return warn({
      about,
      message: `the certificate expires at ${endsAtUtc}, in ${Math.floor(days)} days`,
      advice,
    });
  return ok(`the certificate expires at ${endsAtUtc}`, about);
}

const LEAST_NODE = 20;

export const node = defineCheck({
  id: "node",
  title: "The version of Node.js is supported",
  docs: "The CLI needs Node 20 or later. The app runs on Node 24.",
  read: async ({ nodeVersion }) => nodeVersion,
  judge: (version) =>
    Number.parseInt(version, 10) >= LEAST_NODE
      ? ok(version)
      : fail({ message: `${version} is too old`, advice: `install Node ${LEAST_NODE} or later` }),
});

const SKEW_SECONDS = { warning: 60, fail: 300 };

export const clock = defineCheck({
  id: "clock",
  title: "The clock of this machine agrees with Azure",
  docs: "Tokens, the expiry of claims and the age of evidence depend on the clock. Azure refuses requests if it is minutes off.",
  read: async ({ installation, outside, signal, run }) =>
    waitForAll(
      (await installation.clocks()).map(async ({ name, url }) => {
        const before = run.now().getTime();
        const { dateUtc } = await outside.ask(url, signal);
        // The header has a resolution of one second and is written between request and response.
        const here = (before + run.now().getTime()) / 2;
        return {
          name,
          seconds: dateUtc === undefined ? undefined : Math.round((Date.parse(dateUtc) - here) / 1000),
        };
      }),
    ),
  judge: (all) => all.map(judgeSkew),
});

function judgeSkew({
  name,
  seconds,
}: {
  readonly name: string;
  readonly seconds: number | undefined;
}): Outcome {
  if (seconds === undefined) return skipped("the response has no Date header", name);
  const off = Math.abs(seconds);
  if (off <= SKEW_SECONDS.warning) return ok(`within ${SKEW_SECONDS.warning} seconds`, name);
  const problem = {
    about: name,
    message: `its clock is ${off} seconds ${seconds > 0 ? "ahead of" : "behind"} this machine`,
    advice: "synchronize the clock of this machine with a time server",
  };
  return off > SKEW_SECONDS.fail ? fail(problem) : warn(problem);
}
