/** What `mooring check` prints: for people, for programs, for code scanning, for pull requests. */
import { styleText } from "node:util";
import { parseIntent } from "../../shared/annotations/parse.ts";
import type { Service } from "../../shared/annotations/service.ts";
import { inert, inertJson } from "../../shared/inert.ts";
import { RULES } from "../../shared/gate/rules.ts";
import { nameOf, type Judged } from "../../shared/gate/judge.ts";

export const FORMATS = { text, json, sarif, github } as const;
export type Format = keyof typeof FORMATS;

const COLOURS = { deny: "red", warn: "yellow", allow: "green" } as const;

/** Colours are left out where the output is no terminal, or `NO_COLOR` is set. */
function text(judged: readonly Judged[]): string {
  const blocks = judged.map(({ service, decision, findings }) =>
    [
      `${inert(nameOf(service))}  ${styleText(COLOURS[decision], decision)}`,
      ...findings.flatMap(({ rule, severity, field, message, position: { file, line, column } }) => [
        `  ${inert(file)}:${line}:${column}  ${styleText(COLOURS[severity], severity)}  ${rule}`,
        inert(`      ${field}: ${message}`),
      ]),
    ].join("\n"),
  );
  return [...blocks, summary(judged)].join("\n");
}

function summary(judged: readonly Judged[]): string {
  if (judged.length === 0) return "No Services of type LoadBalancer.";
  const count = (decision: Judged["decision"]) => judged.filter((one) => one.decision === decision).length;
  const noun = judged.length === 1 ? "Service" : "Services";
  return `${judged.length} ${noun}: ${count("deny")} denied, ${count("warn")} with warnings, ${count("allow")} fine`;
}

function json(judged: readonly Judged[]): string {
  const services = judged.map(({ service, decision, findings }) => ({
    namespace: service.metadata.namespace,
    name: service.metadata.name,
    decision,
    intent: intentOf(service),
    findings: findings.map(({ rule, severity, field, value, message, suggestions = [] }) => ({
      rule,
      severity,
      field,
      value,
      message,
      suggestions,
    })),
  }));
  return inertJson({ services }, 2);
}

function intentOf(service: Service) {
  const { internal, subnet = null, addresses, link = null } = parseIntent(service);
  return { internal, subnet, addresses, link };
}

/**
 * With what code scanning asks of a rule.
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 * @see https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
 */
function sarif(judged: readonly Judged[]): string {
  const results = judged.flatMap(({ service, findings }) =>
    findings.map(({ rule, severity, field, message, position: { file, line, column } }) => ({
      ruleId: rule,
      level: severity === "deny" ? "error" : "warning",
      message: { text: `${nameOf(service)}: ${field}: ${message}` },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: toUri(file) },
            region: { startLine: line, startColumn: column },
          },
        },
      ],
    })),
  );
  const rules = RULES.map(({ id, title, docs }) => ({
    id,
    shortDescription: { text: title },
    fullDescription: { text: docs },
    help: { text: docs },
  }));
  return inertJson(
    {
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
      version: "2.1.0",
      runs: [{ tool: { driver: { name: "mooring", rules } }, results }],
    },
    2,
  );
}

/** Relative to the root of the repository, where code scanning looks for it. */
function toUri(file: string): string {
  return encodeURI(file.toWellFormed().replaceAll("\\", "/").replace(/^\.\//, ""));
}

/** @see https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands */
function github(judged: readonly Judged[]): string {
  return judged
    .flatMap(({ service, findings }) =>
      findings.map(({ rule, severity, field, message, position: { file, line, column } }) => {
        const kind = severity === "deny" ? "error" : "warning";
        const at = `file=${property(file)},line=${line},col=${column},title=${property(rule)}`;
        return `::${kind} ${at}::${escaped(`${nameOf(service)}: ${field}: ${message}`)}`;
      }),
    )
    .join("\n");
}

function escaped(value: string): string {
  return inert(value).replaceAll("%", "%25");
}

function property(value: string): string {
  return escaped(value).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
