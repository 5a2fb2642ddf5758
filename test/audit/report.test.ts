/**
 * Each format is parsed by a typical reader: a CSV parser, a Markdown parser, a browser, the schema of SARIF.
 */
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { parse as parseCsv } from "csv-parse/sync";
import fc from "fast-check";
import { marked, type Token, type Tokens } from "marked";
import { parse as parseHtml, type DefaultTreeAdapterTypes } from "parse5";
import { describe, expect, test } from "vitest";
import { ReportDocument, ReportLine } from "../../shared/audit/report/document.ts";
import { FORMAT_NAMES, FORMATS, isFormat } from "../../shared/audit/report/formats.ts";
import { HTML_POLICY } from "../../shared/audit/report/html.ts";
import { markup } from "../../shared/audit/report/html/markup.ts";
import { inert } from "../../shared/core/inert.ts";
import { inOrder, type AuditReport, type ReportedFinding } from "../../shared/audit/report/model.ts";
import { renderTable } from "../../shared/audit/report/table.ts";
import { report, reported } from "../builders/report.ts";
import { plsIdIn } from "../builders/world.ts";

const NOTHING = report({
  findings: [],
  open: { error: 0, warning: 0, info: 0 },
  acknowledged: 0,
  suspected: 0,
  trend: [],
});

// Both packages are CommonJS whose types do not fit ECMAScript imports; the schema is JSON.
const require = createRequire(import.meta.url);
const Ajv = require("ajv-draft-04");
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
require("ajv-formats")(ajv);
const isSarif = ajv.compile(require("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"));

describe("table", () => {
  test("most severe first, advice once per check, acknowledged and suspected ones separately", () => {
    expect(renderTable(report(), { columns: 80 }).split("\n")).toEqual([
      "error  pls-visibility-differs  1 found",
      "A Private Link Service's visibility differs",
      "",
      "  9c1f0a2b3c4d  pls-web (in MC_one, cluster one) · new, can be fixed",
      "                the Service declares visibility a, Private Link Service pls-web",
      "                has *",
      "",
      "  → Mooring puts it back in mode enforce",
      "",
      "warning  cluster-silent  1 found",
      "A cluster has stopped reporting its Services",
      "",
      "  00000000000c  two",
      "                the Service declares visibility a, Private Link Service pls-web",
      "                has *",
      "",
      "  → Mooring puts it back in mode enforce",
      "",
      "Acknowledged",
      "",
      "  00000000000a  one",
      "                load-balancer-basic-sku: until 2026-12-24 00:00 UTC, by ada:",
      "                moves in December",
      "",
      "Suspected (may be transient)",
      "",
      "  00000000000b  pls-web (in MC_one, cluster one)",
      "                pls-subnet-differs: the Service declares visibility a, Private",
      "                Link Service pls-web has *; opens at 2026-11-23 12:30 UTC if the",
      "                check still fails",
      "",
      "✖ 2 open: 1 error, 1 warning, 0 info (1 acknowledged, 1 suspected)",
      "Since audit 20261122-115900: 1 new, 0 more severe, 1 resolved.",
      "Audit 20261123-115900: done, 2026-11-23 11:59 UTC, by ada.",
      "",
    ]);
  });

  test("a report without findings states that", () => {
    expect(renderTable(NOTHING)).toMatch(/^✔ No open findings \(0 acknowledged, 0 suspected\)\n/);
  });

  test("unaudited scopes are listed with the reason", () => {
    const unfinished = [{ scope: "mooring", state: "failed", why: "throttled" }] as const;
    expect(renderTable(report({ unfinished }))).toContain(
      "! mooring failed: throttled\nThe audit is incomplete: the findings of these scopes are from an earlier audit.\n",
    );
  });

  test("where advices of a check differ, each finding has its own", () => {
    const findings = [reported({ advice: "do this" }), reported({ id: "00000000000e", advice: "do that" })];
    expect(renderTable(report({ findings }))).toMatch(/→ do this\n[^]*→ do that\n/);
  });

  test("a resource id that is longer than a line is wrapped after a slash", () => {
    const message = `cluster ${plsIdIn("pls-with-a-long-name")} was deleted`;
    const shown = renderTable(report({ findings: [reported({ message })] }), { columns: 80 });
    expect(shown.split("\n").slice(4, 8)).toEqual([
      "                cluster",
      "                /subscriptions/11111111-1111-1111-1111-111111111111/",
      "                resourceGroups/MC_one/providers/Microsoft.Network/",
      "                privateLinkServices/pls-with-a-long-name was deleted",
    ]);
  });

  test.each([40, 80, 160])("no line is longer than %d cells", (columns) => {
    const findings = [
      reported({ message: `${"x".repeat(300)} ${"word ".repeat(60)}`, about: "y".repeat(200) }),
    ];
    for (const line of renderTable(report({ findings }), { columns }).split("\n"))
      expect([line, line.length <= columns]).toEqual([line, true]);
  });
});

describe("order", () => {
  test("most severe first, then by check, then by subject", () => {
    const of = (severity: ReportedFinding["severity"], check: string, about: string) =>
      reported({ severity, check, about });
    const sorted = [
      of("error", "b", "x"),
      of("error", "b", "y"),
      of("warning", "a", "x"),
      of("info", "a", "x"),
    ];
    expect(inOrder(sorted.toReversed())).toEqual(sorted);
  });
});

describe("sarif", () => {
  const run = (some?: Partial<AuditReport>) => JSON.parse(FORMATS.sarif.render(report(some))).runs[0];

  test("levels, rules, fingerprints; acknowledged findings are suppressed with their reason", () => {
    const { results, tool, invocations } = run();
    expect(tool.driver.rules).toMatchObject([
      {
        id: "pls-visibility-differs",
        help: { text: "Why it matters." },
        defaultConfiguration: { level: "error" },
      },
      { id: "cluster-silent", defaultConfiguration: { level: "warning" } },
    ]);
    expect(results).toMatchObject([
      {
        ruleId: "pls-visibility-differs",
        ruleIndex: 0,
        level: "error",
        baselineState: "new",
        partialFingerprints: { "mooringFinding/v1": "9c1f0a2b3c4d" },
        locations: [
          {
            logicalLocations: [{ name: "pls-web", kind: "resource" }],
            physicalLocation: {
              artifactLocation: { uri: expect.stringMatching(/^azure\/subscriptions\/.*\/pls-web$/) },
            },
          },
        ],
      },
      { level: "warning", baselineState: "unchanged" },
      {
        suppressions: [
          { status: "accepted", justification: "moves in December (ada, until 2026-12-24T00:00:00.000Z)" },
        ],
      },
      { suppressions: [{ status: "underReview" }] },
    ]);
    expect(results[0]).not.toHaveProperty("suppressions");
    expect(invocations).toMatchObject([{ executionSuccessful: true }]);
  });

  test("an incomplete audit is not successful", () => {
    const unfinished = [{ scope: "mooring", state: "left" }] as const;
    expect(run({ unfinished }).invocations).toMatchObject([
      { executionSuccessful: false, toolExecutionNotifications: [{ level: "error" }] },
    ]);
  });
});

describe("html", () => {
  test("loads nothing, runs no script, and its content security policy matches its style", () => {
    const page = FORMATS.html.render(report());
    const names = tagsOf(page).map(({ tagName }) => tagName);
    for (const forbidden of ["script", "pls", "img", "iframe", "object", "form", "base"])
      expect(names).not.toContain(forbidden);
    expect(page).not.toMatch(/\sstyle=|\son\w+=|url\(|@import/);
    expect(HTML_POLICY).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]{43}='; /);
    expect(page).toContain(`content="${HTML_POLICY}"`);
    const [, style = ""] = /<style>([^]*)<\/style>/.exec(page) ?? [];
    expect(HTML_POLICY).toContain(`'sha256-${createHash("sha256").update(style).digest("base64")}'`);
  });

  test("every finding and every check has an anchor", () => {
    const tags = tagsOf(FORMATS.html.render(report()));
    const ids = tags.flatMap((tag) => attribute(tag, "id") ?? []);
    const targets = tags.flatMap((tag) => attribute(tag, "href")?.slice(1) ?? []);
    expect(targets).toEqual(["pls-visibility-differs-error", "cluster-silent-warning"]);
    expect(ids).toEqual(expect.arrayContaining([...targets, "f-9c1f0a2b3c4d", "f-00000000000b"]));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("markdown", () => {
  test("shows when the audit ended, whenever it is printed", () => {
    const later = { ...report(), generatedAtUtc: "2026-12-24T18:00:00.000Z" };
    expect(FORMATS.markdown.render(later)).toContain("Audit `20261123-115900` done, 2026-11-23 11:59 UTC.");
  });
});

describe("markup", () => {
  test("escapes values in text and in attributes, except its own markup", () => {
    const inner = markup`<b>${"<&>"}</b>`;
    expect(markup`<a title="${`"'`}">${[inner, undefined, false, 0]}</a>`.text).toBe(
      '<a title="&quot;&#39;"><b>&lt;&amp;&gt;</b>0</a>',
    );
  });
});

describe("texts of checks", () => {
  test("show text in backquotes as code", () => {
    const checks = [
      { id: "cluster-silent", title: "Uses `a<b`", severity: "warning", docs: "`x` it is" },
    ] as const;
    const page = FORMATS.html.render(report({ checks }));
    expect(page).toContain("Uses <code>a&lt;b</code></a>");
    expect(page).toContain("<code>x</code> it is");
  });
});

describe("every format", () => {
  test("is registered by name, and renders a report without findings", () => {
    for (const name of FORMAT_NAMES) expect(typeof FORMATS[name].render(NOTHING)).toBe("string");
    expect(["html", "pdf", "toString"].map(isFormat)).toEqual([true, false, false]);
  });
});

/** What has broken reports: markup, terminal escapes, formulas, separators, invisible characters, halves of characters. */
const NASTY = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "</style><svg/onload=alert(1)>",
  "</title></pre></code>",
  "&lt;b&gt;",
  "\u001B[31mred\u001B[0m",
  "\u001B]0;title\u0007",
  "\u009B2J",
  "a\nb",
  "a\r\nb",
  "\u2028",
  "\u202Egnp.exe",
  "\u200B",
  "\0",
  "=cmd|' /C calc'!A0",
  "+1+1",
  "-2+3",
  "@SUM(A1)",
  "\t=1",
  "\r=1",
  'a,"b";c',
  "| a | b |",
  "[x](javascript:alert(1))",
  "![x](http://example.com/x)",
  "https://example.com",
  "www.example.com",
  "<!-- -->",
  "`code` **bold** _it_ ~~no~~",
  "\\|",
  "# title",
  "{0} [Private Link Service](1)",
  "../../etc/passwd",
  "\uD800",
  "名前",
  "😀",
];
const hostile = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...NASTY) },
      fc.string({ unit: "binary", maxLength: 8 }),
    ),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((parts) => parts.join(""));

const hostileFinding: fc.Arbitrary<ReportedFinding> = fc
  .record({
    about: fc.oneof(
      hostile,
      hostile.map(
        (name) => `/subscriptions/s/resourceGroups/${name}/providers/Microsoft.Network/loadBalancers/${name}`,
      ),
    ),
    message: hostile,
    advice: hostile,
    cluster: hostile,
    scope: hostile,
    declared: hostile,
    actual: hostile,
    planned: fc.array(hostile, { maxLength: 2 }),
    severity: fc.constantFrom("error" as const, "warning" as const, "info" as const),
    who: hostile,
    reason: hostile,
    isAcknowledged: fc.boolean(),
  })
  .map(({ who, reason, isAcknowledged, ...some }) =>
    reported({
      ...some,
      ...(isAcknowledged && {
        state: "acknowledged" as const,
        acknowledged: {
          who,
          reason,
          atUtc: "2026-11-23T12:00:00.000Z",
          untilUtc: "2026-12-01T00:00:00.000Z",
        },
      }),
    }),
  );

const hostileReport = fc
  .tuple(fc.array(hostileFinding, { minLength: 1, maxLength: 4 }), hostile)
  .map(([some, text]) => {
    const findings = some.map((finding, index) => ({ ...finding, id: String(index).padStart(12, "0") }));
    const since = { runId: "ffffffff", appeared: 0, worse: 0, resolved: findings };
    const base = report();
    return report({
      findings,
      since,
      run: { ...base.run, who: text, why: text },
      unfinished: [{ scope: text, state: "failed", why: text }],
    });
  });

/** Holds `claim` for hostile reports of every sort. */
function always(claim: (report: AuditReport) => void): void {
  fc.assert(fc.property(hostileReport, claim), { numRuns: 300 });
}

/** Characters that control a terminal or an editor, or are hidden. */
const OBEYED = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

describe("names from outside are inert", () => {
  test("table: no control characters except line ends; names cannot add lines", () => {
    always((one) => {
      expect(renderTable(one, { columns: 100 }).replaceAll("\n", "")).not.toMatch(OBEYED);
    });
  });

  test("json: parses back to the very same finding, and prints without a control character", () => {
    always((one) => {
      const text = FORMATS.json.render(one);
      expect(text.replaceAll("\n", "")).not.toMatch(OBEYED);
      const { findings } = ReportDocument.parse(JSON.parse(text));
      expect(findings).toEqual(one.findings);
    });
  });

  test("jsonl: one finding a line, by the schema", () => {
    always((one) => {
      const text = FORMATS.jsonl.render(one);
      const lines = text.trimEnd().split("\n");
      expect(text.replaceAll("\n", "")).not.toMatch(OBEYED);
      expect(lines.map((line) => ReportLine.parse(JSON.parse(line)).id)).toEqual(
        one.findings.map(({ id }) => id),
      );
    });
  });

  test("csv: a parser returns each cell; none begins like a formula", () => {
    always((one) => {
      const rows: Record<string, string>[] = parseCsv(FORMATS.csv.render(one), { columns: true });
      expect(rows.map(({ id }) => id)).toEqual(one.findings.map(({ id }) => id));
      for (const [index, { message }] of one.findings.entries())
        expect(rows[index]?.["message"]?.replace(/^'/, "")).toBe(inert(message).replace(/^'/, ""));
      for (const cell of rows.flatMap((row) => Object.values(row))) {
        expect(cell).not.toMatch(/^[=+\-@\t\r]/);
        expect(cell).not.toMatch(OBEYED);
      }
    });
  });

  test("markdown: a parser returns as many rows as findings, without active content", () => {
    always((one) => {
      const tokens = marked.lexer(FORMATS.markdown.render(one));
      const tables = tokens.filter((token): token is Tokens.Table => token.type === "table");
      expect(tables.flatMap(({ rows }) => rows)).toHaveLength(one.findings.length);
      for (const { rows } of tables) for (const row of rows) expect(row).toHaveLength(5);
      expect(kinds(tables).filter((kind) => !["table", "text", "escape"].includes(kind))).toEqual([]);
      const lists = tokens.filter((token): token is Tokens.List => token.type === "list");
      expect(kinds(lists).filter((kind) => !["list", "list_item", "text", "escape"].includes(kind))).toEqual(
        [],
      );
    });
  });

  test("sarif: valid by its schema with any content", () => {
    always((one) => {
      const text = FORMATS.sarif.render(one);
      expect(text.replaceAll("\n", "")).not.toMatch(OBEYED);
      const isValid = isSarif(JSON.parse(text));
      expect([isValid, isSarif.errors]).toEqual([true, null]);
      for (const { locations } of JSON.parse(text).runs[0].results)
        expect(locations[0].physicalLocation.artifactLocation.uri).not.toMatch(/(^|\/)\.\.(\/|$)|^\//);
    });
  });

  test("html: the same elements and attributes as with plain names", () => {
    const shape = (page: string) =>
      tagsOf(page).map((tag) => `${tag.tagName} ${tag.attrs.map(({ name }) => name).join(" ")}`);
    always((one) => {
      const tame = {
        ...one,
        unfinished: one.unfinished.map((scope) => ({ ...scope, scope: "s", why: "w" })),
        findings: one.findings.map((finding) => ({
          ...finding,
          message: "m",
          advice: "a",
          declared: "d",
          actual: "a",
        })),
      };
      expect(shape(FORMATS.html.render(one))).toEqual(shape(FORMATS.html.render(tame)));
      const live = tagsOf(FORMATS.html.render(one)).filter(({ tagName }) =>
        ["script", "img", "b"].includes(tagName),
      );
      // The six to nine numbers of the summary are the only bold ones.
      expect(live.every(({ tagName }) => tagName === "b")).toBe(true);
      expect(live.length).toBeLessThanOrEqual(9);
      expect(FORMATS.html.render(one).replaceAll("\n", "")).not.toMatch(OBEYED);
    });
  });
});

/** The kinds of all tokens, those in cells and items too. */
function kinds(tokens: readonly Token[]): string[] {
  return tokens.flatMap((token) => {
    const { type, header = [], rows = [], items = [], tokens = [] } = token as Tokens.Generic;
    const cells = [header, ...rows].flat().flatMap((cell: Tokens.TableCell) => cell.tokens);
    return [type, ...kinds([...cells, ...items, ...tokens])];
  });
}

type Element = DefaultTreeAdapterTypes.Element;

function tagsOf(page: string): Element[] {
  const walk = (node: DefaultTreeAdapterTypes.Node): Element[] => [
    ...("tagName" in node ? [node] : []),
    ...("childNodes" in node ? node.childNodes.flatMap(walk) : []),
  ];
  return walk(parseHtml(page));
}

function attribute({ attrs }: Element, wanted: string): string | undefined {
  return attrs.find(({ name }) => name === wanted)?.value;
}
