import { expect, test } from "vitest";
import { readAudit } from "../../dev/tools/audit/auditPackages.ts";

const URL = "https://github.com/advisories/GHSA-aaaa-bbbb-cccc";
const advisory = { title: "It can be made to hang", url: URL, severity: "high", range: "<2.0.0" };
const report = JSON.stringify({
  auditReportVersion: 2,
  vulnerabilities: {
    left: { name: "left", via: [advisory] },
    // A dependent package is reported as such, without a separate advisory.
    right: { name: "right", via: ["left"] },
  },
});
const until = (untilDate: string) => ({ "GHSA-aaaa-bbbb-cccc": { why: "only at build time", untilDate } });

test.each([
  ["an advisory counts, once", report, {}, "found", [`high: left <2.0.0: It can be made to hang (${URL})`]],
  [
    "one that is explained does not",
    report,
    until("2026-12-24"),
    "clean",
    ["No advisories for the installed packages; 1 explained in dev/tools/audit/exceptions.ts."],
  ],
  ["until its day", report, until("2026-11-25"), "found", [expect.stringContaining("GHSA-aaaa-bbbb-cccc")]],
  [
    "nothing is nothing",
    '{"vulnerabilities":{}}',
    {},
    "clean",
    ["No advisories for the installed packages."],
  ],
  ...["", "no JSON", '{"message":"405 Method Not Allowed"}', '{"error":{"code":"ENOTFOUND"}}'].map(
    (text) =>
      [
        `a registry without a result: ${text}`,
        text,
        {},
        "unknown",
        ["npm audit is left out: the registry's audit endpoint does not answer"],
      ] as const,
  ),
] as const)("%s", (_, text, exceptions, kind, lines) =>
  expect(readAudit(text, { exceptions, today: "2026-11-25" })).toEqual({ kind, lines }),
);
