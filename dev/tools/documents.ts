/** The documents with generated parts: each renders its new text from the old one. */
import { join } from "node:path";
import * as z from "zod";
import { operations } from "../../api/operations.ts";
import { toOpenApi } from "../../api/openapi.ts";
import { renderLimits, renderPage } from "../bench/performancePage.ts";
import { readResults } from "../bench/results.ts";
import { policySchema } from "../../cli/policy/schema.ts";
import { ANNOTATIONS } from "../../shared/kubernetes/annotations.ts";
import { OWN_ANNOTATIONS } from "../../shared/kubernetes/ownAnnotations.ts";
import { listChecks } from "../../shared/audit/checks.ts";
import { INSTALLATION_CHECKS, SETTINGS_CHECK } from "../../shared/doctor/checks.ts";
import { DoctorReport } from "../../shared/doctor/report.ts";
import { ReportDocument } from "../../shared/audit/report/document.ts";
import { Notice } from "../../shared/audit/notice.ts";
import { RULES } from "../../shared/admission/rules.ts";
import { NEEDED_RIGHTS } from "../../shared/azure/needed.ts";
import { INSTRUMENTS, type Instrument } from "../../shared/ports/instruments.ts";
import { Policy } from "../../shared/policy/policy.ts";
import { Settings } from "../../shared/core/settings.ts";
import { decisionsList, guardBlocks } from "./documentBlocks.ts";
import { licencesTable } from "./licences.ts";
import { createSbom } from "./shipped.ts";
import { markdownTable } from "./table.ts";

const RESULTS = readResults(join(import.meta.dirname, "../bench/results.json"));

export interface Document {
  readonly path: string;
  render(before: string): string | Promise<string>;
}

export const documents: readonly Document[] = [
  {
    path: "docs/reference/settings.md",
    render: (before) => replaceBlock(before, "settings", settingsTable()),
  },
  {
    path: "docs/reference/annotations.md",
    render: (before) =>
      replaceBlock(replaceBlock(before, "annotations", annotationsTable()), "own", ownAnnotationsTable()),
  },
  { path: "docs/reference/rules.md", render: (before) => replaceBlock(before, "rules", rulesTable()) },
  { path: "docs/contributing/performance.md", render: () => renderPage(RESULTS) },
  {
    path: "docs/platform/limits.md",
    render: (before) => replaceBlock(before, "measured", renderLimits(RESULTS)),
  },
  { path: "docs/reference/metrics.md", render: (before) => replaceBlock(before, "metrics", metricsTable()) },
  {
    path: "docs/contributing/licences.md",
    render: async (before) => replaceBlock(before, "licences", licencesTable(await createSbom())),
  },
  { path: "docs/reference/checks.md", render: (before) => replaceBlock(before, "checks", checksTable()) },
  {
    path: "docs/contributing/guards.md",
    render: (before) =>
      Object.entries(guardBlocks()).reduce((text, [name, block]) => replaceBlock(text, name, block), before),
  },
  { path: "docs/reference/doctor.md", render: (before) => replaceBlock(before, "doctor", doctorTable()) },
  {
    path: "docs/reference/doctor.schema.json",
    render: () => `${JSON.stringify(z.toJSONSchema(DoctorReport), undefined, 2)}\n`,
  },
  { path: "docs/reference/policy.md", render: (before) => replaceBlock(before, "policy", policyTable()) },
  {
    path: "docs/decisions/index.md",
    render: (before) => replaceBlock(before, "decisions", decisionsList()),
  },
  { path: "docs/platform/deploy.md", render: (before) => replaceBlock(before, "rights", rightsTable()) },
  {
    path: "docs/reference/api.md",
    render: (before) => replaceBlock(before, "operations", operationsTable()),
  },
  { path: "infra/roles.json", render: () => `${JSON.stringify(customRoles(), undefined, 2)}\n` },
  {
    path: "docs/reference/openapi.json",
    render: () => `${JSON.stringify(toOpenApi(operations), undefined, 2)}\n`,
  },
  {
    path: "docs/reference/notices.schema.json",
    render: () => `${JSON.stringify(noticeSchema(), undefined, 2)}\n`,
  },
  {
    path: "docs/reference/policy.schema.json",
    render: () => `${JSON.stringify(policySchema(), undefined, 2)}\n`,
  },
  {
    path: "docs/reference/audit.schema.json",
    render: () => `${JSON.stringify(z.toJSONSchema(ReportDocument), undefined, 2)}\n`,
  },
];

/** The custom roles by name, in the form that Bicep loads. */
function customRoles(): object {
  return Object.fromEntries(
    NEEDED_RIGHTS.map(({ role, when, actions }) => [
      role,
      { roleName: `Mooring ${role}`, description: `What Mooring needs when: ${when}`, actions },
    ]),
  );
}

function noticeSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(Notice);
  return { $schema, title: "Notifications about audits, as CloudEvents", ...schema };
}

/** Text between `<!-- NAME -->` and `<!-- /NAME -->`, replaced. @throws Error if the document lacks the markers */
function replaceBlock(text: string, name: string, block: string): string {
  const pattern = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
  if (!pattern.test(text)) throw new Error(`no block <!-- ${name} -->`);
  return text.replace(pattern, (_, open: string, close: string) => `${open}\n${block}\n\n${close}`);
}

const code = (text: string) => `\`${text}\``;

function annotationsTable(): string {
  const rows = Object.values(ANNOTATIONS).map(({ key, type, absent, doc }) => [code(key), type, absent, doc]);
  return markdownTable(["annotation", "type", "absent or blank", "meaning"], rows);
}

function ownAnnotationsTable(): string {
  return markdownTable(
    ["annotation", "meaning"],
    Object.values(OWN_ANNOTATIONS).map(({ key, doc }) => [code(key), doc]),
  );
}

function operationsTable(): string {
  const rows = operations.map(({ method, path, role, summary, query }) => [
    code(`${method} ${path}`),
    role.replace("Mooring.", ""),
    summary,
    queryNames(query).map(code).join(" "),
  ]);
  return markdownTable(["operation", "role", "what it does", "query"], rows);
}

function queryNames(query: z.ZodType | undefined): string[] {
  if (!query) return [];
  return Object.keys(z.toJSONSchema(query, { io: "input" }).properties ?? {});
}

function rightsTable(): string {
  const rows = NEEDED_RIGHTS.map(({ role, when, actions }) => [
    `Mooring ${role}`,
    when,
    actions.map(code).join(" "),
  ]);
  return markdownTable(["role", "needed when", "actions"], rows);
}

function rulesTable(): string {
  const rows = RULES.map(({ id, severity, title, reads, needsState, docs, cel }) => [
    code(id),
    severity,
    title,
    docs,
    reads.replaceAll("service.beta.kubernetes.io/", ""),
    needsState ? "yes" : "no",
    cel ? "yes" : "no",
  ]);
  return markdownTable(
    [
      "rule",
      "severity",
      "triggers when",
      "reason",
      "reads",
      "needs the inventory",
      "also as ValidatingAdmissionPolicy",
    ],
    rows,
  );
}

function metricsTable(): string {
  const rows = Object.entries<Instrument>(INSTRUMENTS).map(([name, { kind, unit, attributes, doc }]) => [
    code(name),
    kind,
    code(unit),
    Object.entries(attributes)
      .map(([key, values]) => (typeof values === "object" ? `${code(key)}: ${values.join(", ")}` : code(key)))
      .join("; "),
    doc,
  ]);
  return markdownTable(["metric", "kind", "unit", "attributes", "meaning"], rows);
}

function checksTable(): string {
  const rows = listChecks().map(({ id, severity, on, title, docs }) => [code(id), severity, on, title, docs]);
  return markdownTable(["check", "severity", "subject", "finds", "reason"], rows);
}

function doctorTable(): string {
  const rows = [SETTINGS_CHECK, ...INSTALLATION_CHECKS].map(({ id, title, docs }) => [code(id), title, docs]);
  return markdownTable(["check", "expected", "reason"], rows);
}

interface Property {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Property>>;
}

function policyTable(): string {
  const rows = leaves(z.toJSONSchema(Policy, { io: "input" }) as Property);
  return markdownTable(["setting", "default", "meaning"], rows);
}

/** One row for each setting that has no nested settings, named by its path. */
function leaves({ properties = {} }: Property, path = ""): string[][] {
  return Object.entries(properties).flatMap(([name, property]) =>
    property.properties ? leaves(property, `${path}${name}.`) : [row(`${path}${name}`, property, "none")],
  );
}

function row(name: string, { description = "", default: preset }: Property, fallback: string): string[] {
  const shown = typeof preset === "string" ? preset : JSON.stringify(preset);
  return [code(name), shown === undefined ? fallback : code(shown), description];
}

function settingsTable(): string {
  const schema = z.toJSONSchema(Settings, { io: "input" });
  const rows = Object.entries(schema.properties ?? {}).map(([name, property]) =>
    row(name, property as Property, schema.required?.includes(name) ? "required" : "none"),
  );
  return markdownTable(["setting", "default", "meaning"], rows);
}
