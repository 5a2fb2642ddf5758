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

const NO_URL = "where the app is was not said: --url, or MOORING_APP_URL";

export const app = defineCheck({
  id: "app",
  title: "The app answers, is well, and is of this version",
  docs: "Asked from here, at /api/health, as anybody may.",
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
        message: `answered ${status}, and not as Mooring's health does`,
        advice: "see that the URL is the app's and that sign-in leaves /api/health open (docs/api.md)",
      });
    if (health.status === "degraded")
      return warn({
        message: `degraded: ${health.problems.join("; ")}`,
        advice: "check operations names each subscription and cluster, and the cause",
      });
    if (health.status !== "ok")
      return fail({
        message: health.problems.join("; ") || health.status,
        advice: "mend what it says; the settings are in README.md",
      });
    if (health.version !== version)
      return warn({
        message: `the app is of version ${health.version ?? "unknown"}, this command line of ${version}`,
        advice: "use the command line of the app's version, or deploy this one",
      });
    return ok(`well, version ${version}`);
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
  title: "The app's certificate is good and lasts",
  docs: "API servers that call the app directly, relays and senders check it at every call.",
  async read({ appUrl, outside, signal }) {
    if (appUrl === undefined) return NO_URL;
    if (!appUrl.startsWith("https:")) return "the app is spoken to without TLS, as only a sandbox is";
    return outside.certificate(appUrl, signal);
  },
  judge: (facts, nowUtc) =>
    typeof facts === "string"
      ? skipped(facts)
      : judgeCertificate(facts, { nowUtc, advice: "renew the certificate of the app's host name" }),
});

interface Judging {
  readonly nowUtc: string;
  readonly advice: string;
  readonly about?: string;
}

/** Past is fail, within {@link CERTIFICATE_NEAR_DAYS} warn. Pure. */
export function judgeCertificate(
  { endsAtUtc, problem }: Certificate,
  { nowUtc, advice, about }: Judging,
): Outcome {
  if (endsAtUtc <= nowUtc) return fail({ about, message: `the certificate ended at ${endsAtUtc}`, advice });
  if (problem !== undefined)
    return fail({ about, message: `the certificate is not taken: ${problem}`, advice });
  const days = (Date.parse(endsAtUtc) - Date.parse(nowUtc)) / DAY;
  if (days < CERTIFICATE_NEAR_DAYS)
    return warn({
      about,
      message: `the certificate ends at ${endsAtUtc}, in ${Math.floor(days)} days`,
      advice,
    });
  return ok(`the certificate ends at ${endsAtUtc}`, about);
}

const LEAST_NODE = 20;

export const node = defineCheck({
  id: "node",
  title: "Node.js here is supported",
  docs: "The command line needs Node 20 or later. The app runs on Node 24.",
  read: async ({ nodeVersion }) => nodeVersion,
  judge: (version) =>
    Number.parseInt(version, 10) >= LEAST_NODE
      ? ok(version)
      : fail({ message: `${version} is too old`, advice: `install Node ${LEAST_NODE} or later` }),
});

const SKEW_SECONDS = { warn: 60, fail: 300 };

export const clock = defineCheck({
  id: "clock",
  title: "The clock here agrees with Azure's",
  docs: "Tokens, expiry of claims and age of evidence depend on clocks; Azure refuses what is minutes off.",
  read: async ({ installation, outside, signal, run }) =>
    waitForAll(
      (await installation.clocks()).map(async ({ name, url }) => {
        const before = run.now().getTime();
        const { dateUtc } = await outside.ask(url, signal);
        // The header has whole seconds and is written somewhere between asking and hearing.
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
  if (seconds === undefined) return skipped("it does not tell the time", name);
  const off = Math.abs(seconds);
  if (off <= SKEW_SECONDS.warn) return ok(`within ${SKEW_SECONDS.warn} seconds`, name);
  const wrong = {
    about: name,
    message: `its clock is ${off} seconds ${seconds > 0 ? "ahead of" : "behind"} the one here`,
    advice: "set the clock here by a time server",
  };
  return off > SKEW_SECONDS.fail ? fail(wrong) : warn(wrong);
}
