/**
 * Report as one self-contained HTML file: no scripts, no requests, styles allowed by hash, all data escaped. For screens (light and
 * dark) and print.
 */
import { createHash } from "node:crypto";
import { chart } from "./html/chart.ts";
import { findingArticle } from "./html/finding.ts";
import { coded, markup, Markup } from "./html/markup.ts";
import { SEVERITIES } from "../../findings/finding.ts";
import { STYLE } from "./html/style.ts";
import {
  countsOf,
  describeScope,
  groupFindings,
  inOrder,
  shortId,
  shortTime,
  subjectOf,
  totalOf,
  type AuditReport,
  type Group,
} from "./model.ts";

/** Content security policy of the file; a server may send the same as a header. */
export const HTML_POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'`;

/** Not formatted: the hash covers the exact content. */
const STYLE_ELEMENT = new Markup(`<style>${STYLE}</style>`);

export function renderHtml(report: AuditReport): string {
  const { open } = report;
  const title = `Mooring audit: ${totalOf(open) === 0 ? "no open findings" : countsOf(open)}`;
  const parts = [header(report), main(report), footer(report)];
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${new Markup(HTML_POLICY)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        ${parts}
      </body>
    </html> `.text;
}

function header({ run, scopes, generatedAtUtc, open }: AuditReport): Markup {
  const { id, state, startedAtUtc, finishedAtUtc, who, why } = run;
  return markup`<header>
    <h1>${totalOf(open) === 0 ? "No open findings" : countsOf(open)}</h1>
    <p class="soft">
      Mooring audit <span class="id">${id}</span>, ${state}. Started
      ${time(startedAtUtc)}${finishedAtUtc !== undefined && markup`, ended ${time(finishedAtUtc)}`}, by ${who}
      (${why}), over ${scopes.length} ${scopes.length === 1 ? "scope" : "scopes"}. Report created
      ${time(generatedAtUtc)}.
    </p>
  </header>`;
}

/** `2026-11-25 17:40 UTC`. */
function time(utc: string): Markup {
  return markup`<time datetime="${utc}">${shortTime(utc)}</time>`;
}

function main(report: AuditReport): Markup {
  const open = groupFindings(report, "open");
  const [acknowledged, suspected] = [
    groupFindings(report, "acknowledged"),
    groupFindings(report, "suspected"),
  ];
  return markup`<main>
    ${unfinished(report)} ${tiles(report)} ${report.trend.length > 1 && trend(report)}
    ${open.length > 0 ? contents(open) : markup`<p class="notice good">All checks passed.</p>`}
    ${open.map(section)}
    ${aside("Acknowledged", "Suppressed until a date; they do not count as open.", acknowledged)}
    ${aside("Suspected", "Often transient; they open if the check still fails after a waiting time.", suspected)}
    ${resolved(report)}
  </main>`;
}

function unfinished({ unfinished }: AuditReport): Markup | undefined {
  if (unfinished.length === 0) return undefined;
  const items = unfinished.map((scope) => markup`<li>${describeScope(scope)}</li>`);
  return markup`<div class="notice">
    <strong>The audit is incomplete.</strong> The findings of these scopes are from an earlier audit:
    <ul>
      ${items}
    </ul>
  </div>`;
}

const TILES = { error: "errors", warning: "warnings", info: "info" } as const;

function tiles({ open, acknowledged, suspected, since }: AuditReport): Markup {
  const tile = (count: number, label: string, tone: string) =>
    markup`<li class="${count === 0 ? "zero" : tone}"><b>${count}</b>${label}</li>`;
  return markup`<ul class="tiles">
      ${SEVERITIES.map((severity) => tile(open[severity], TILES[severity], severity))}
      ${tile(acknowledged, "acknowledged", "quiet")}${tile(suspected, "suspected", "quiet")}
      ${since && [tile(since.appeared, "new", "quiet"), tile(since.worse, "more severe", "quiet"), tile(since.resolved.length, "resolved", "quiet")]}
    </ul>
    ${since && markup`<p class="soft">New, more severe and resolved since audit <span class="id">${shortId(since.runId)}</span>.</p>`}`;
}

function trend({ trend }: AuditReport): Markup {
  return markup`<section aria-label="Trend">
    <h2>Open findings by day</h2>
    ${chart(trend)}
    <ul class="key">
      ${SEVERITIES.map((severity) => markup`<li class="${severity}">${TILES[severity]}</li>`)}
    </ul>
  </section>`;
}

function contents(groups: readonly Group[]): Markup {
  const rows = groups.map(
    (group) =>
      markup`<tr>
        <td><span class="badge ${group.severity}">${group.severity}</span></td>
        <td>
          <a href="#${anchorOf(group)}">${coded(group.check.title)}</a><br /><code class="soft"
            >${group.check.id}</code
          >
        </td>
        <td class="number">${group.findings.length}</td>
      </tr> `,
  );
  return markup`<nav aria-label="Checks">
    <h2>Findings by check</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">severity</th>
            <th scope="col">check</th>
            <th scope="col" class="number">open</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </nav>`;
}

function anchorOf({ check, severity }: Group): string {
  return `${check.id}-${severity}`;
}

function section(group: Group): Markup {
  const { check, severity, findings } = group;
  return markup`<section>
    <h2 id="${anchorOf(group)}"><span class="badge ${severity}">${severity}</span> ${coded(check.title)}</h2>
    <p class="soft">${coded(check.docs ?? "")} <code>${check.id}</code></p>
    ${findings.map(findingArticle)}
  </section> `;
}

function aside(title: string, note: string, groups: readonly Group[]): Markup | undefined {
  if (groups.length === 0) return undefined;
  return markup`<section>
    <h2>${title}</h2>
    <p class="soft">${note}</p>
    ${groups.flatMap(({ findings }) => findings.map(findingArticle))}
  </section>`;
}

function resolved({ since }: AuditReport): Markup | undefined {
  if (!since || since.resolved.length === 0) return undefined;
  const rows = inOrder(since.resolved).map(
    ({ check, about, message }) =>
      markup`<tr>
        <td><code>${check}</code></td>
        <td>${subjectOf(about).name}</td>
        <td>${message}</td>
      </tr> `,
  );
  return markup`<section>
    <h2>Resolved since audit <span class="id">${shortId(since.runId)}</span></h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">check</th>
            <th scope="col">resource</th>
            <th scope="col">problem</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </section>`;
}

function footer({ run }: AuditReport): Markup {
  return markup`<footer>
    Created by Mooring from audit ${run.id}. To print this report: <code>mooring audit show ${shortId(run.id)}</code>
  </footer>`;
}
