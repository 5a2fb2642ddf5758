/** Output formats of `mooring check`: text, JSON, SARIF for code scanning, and GitHub workflow commands. */
import { styleText } from "node:util";
import { parseIntent } from "../../shared/kubernetes/parseIntent.ts";
import type { Service } from "../../shared/kubernetes/service.ts";
import { inert, inertJson } from "../../shared/core/inert.ts";
import type { Judged } from "../../shared/admission/judge.ts";
import type { Problem } from "../../shared/admission/manifests/documents.ts";
import { subjectOf } from "../../shared/admission/manifests/manifest.ts";
import { sarif, UNREADABLE } from "./sarif.ts";

export interface Checked {
  readonly judged: readonly Judged[];
  /** Files and documents that could not be read; in text format they are printed to standard error. */
  readonly problems: readonly Problem[];
}

export const FORMATS = { text, json, sarif, github } as const;
export type Format = keyof typeof FORMATS;

const COLOURS = { deny: "red", warn: "yellow", allow: "green" } as const;

/** Colours are omitted if the output is not a terminal, or if `NO_COLOR` is set. */
function text({ judged, problems }: Checked): string {
  const blocks = judged.map((one) =>
    [
      `${inert(subjectOf(one))}  ${styleText(COLOURS[one.decision], one.decision)}`,
      ...one.findings.flatMap(({ rule, severity, field, message, position: { file, line, column } }) => [
        `  ${inert(file)}:${line}:${column}  ${styleText(COLOURS[severity], severity)}  ${rule}`,
        inert(`      ${field}: ${message}`),
      ]),
    ].join("\n"),
  );
  return [...blocks, summary({ judged, problems })].join("\n");
}

function summary({ judged, problems }: Checked): string {
  const outside = judged.filter((one) => one.outside).length;
  const services = judged.length - outside;
  const unread = problems.length > 0 ? [`${counted(problems.length, "error")} reading the manifests`] : [];
  if (judged.length === 0)
    return ["No Services of type LoadBalancer found", ...unread].join("; ").concat(".");
  const count = (decision: Judged["decision"]) => judged.filter((one) => one.decision === decision).length;
  const subjects = [
    ...(services > 0 ? [counted(services, "Service")] : []),
    ...(outside > 0 ? [`annotations in ${counted(outside, "other object")}`] : []),
  ].join(" and ");
  const what = subjects.charAt(0).toUpperCase() + subjects.slice(1);
  const decisions = `${count("deny")} denied, ${count("warn")} with warnings, ${count("allow")} allowed`;
  return [`${what}: ${decisions}`, ...unread].join("; ");
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function json({ judged, problems }: Checked): string {
  const services = judged.filter(({ outside }) => !outside).map(toJson);
  const outside = judged.flatMap((one) =>
    one.outside ? [{ kind: one.outside.kind, path: one.outside.path, ...toJson(one) }] : [],
  );
  const unread = problems.map(({ position, message }) => ({ ...position, message }));
  return inertJson({ services, outside, problems: unread }, 2);
}

function toJson({ service, decision, position, findings }: Judged) {
  return {
    namespace: service.metadata.namespace,
    name: service.metadata.name,
    ...position,
    decision,
    intent: intentOf(service),
    findings: findings.map(({ rule, severity, field, value, message, suggestions = [], position }) => ({
      rule,
      severity,
      field,
      value,
      message,
      suggestions,
      ...position,
    })),
  };
}

function intentOf(service: Service) {
  const { internal, subnet = null, addresses, pls = null } = parseIntent(service);
  return { internal, subnet, addresses, pls };
}

/** @see https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands */
function github({ judged, problems }: Checked): string {
  const findings = judged.flatMap((one) =>
    one.findings.map(({ rule, severity, field, message, position }) => ({
      kind: severity === "deny" ? "error" : "warning",
      position,
      title: rule,
      message: `${subjectOf(one)}: ${field}: ${message}`,
    })),
  );
  const unread = problems.map((problem) => ({ kind: "error", title: UNREADABLE, ...problem }));
  return [...findings, ...unread]
    .map(({ kind, title, message, position: { file, line, column } }) => {
      const at = `file=${property(file)},line=${line},col=${column},title=${property(title)}`;
      return `::${kind} ${at}::${escaped(message)}`;
    })
    .join("\n");
}

function escaped(value: string): string {
  return inert(value).replaceAll("%", "%25");
}

function property(value: string): string {
  return escaped(value).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
