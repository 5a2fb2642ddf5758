/** The ARM templates that `infra/` compiles to, and snapshots of deployments, as `npm run infra` keeps them here. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { snapshotPath, templatePath } from "../../dev/tools/infra/results.ts";
import { DEPLOYED } from "../../dev/tools/infra/scenarios.ts";

export { INFRA } from "../../dev/tools/infra/compile.ts";

interface Declaration {
  readonly type?: string;
  readonly $ref?: string;
  readonly value?: unknown;
  /** Replaces `value` in a loop. */
  readonly copy?: unknown;
  readonly defaultValue?: unknown;
  readonly metadata?: { readonly description?: string };
}

export interface Resource {
  readonly type: string;
  readonly name?: string;
  readonly apiVersion?: string;
  readonly scope?: string;
  readonly existing?: boolean;
  readonly properties?: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly $schema: string;
  readonly parameters?: Readonly<Record<string, Declaration>>;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly resources: Readonly<Record<string, Resource>>;
  readonly outputs?: Readonly<Record<string, Declaration>>;
}

/** A module, with the values that its parameters are given. */
export interface Module {
  readonly path: string;
  readonly template: Template;
  readonly given: Readonly<Record<string, unknown>>;
}

export async function readTemplate(file: (typeof DEPLOYED)[number]): Promise<Template> {
  return JSON.parse(await readFile(join(import.meta.dirname, templatePath(file)), "utf8")) as Template;
}

/** Every deployed template with its modules, and their modules. */
export async function readModules(): Promise<readonly Module[]> {
  const roots = await Promise.all(DEPLOYED.map(async (file) => [file, await readTemplate(file)] as const));
  return roots.flatMap(([file, template]) => modulesIn({ path: file, template, given: {} }));
}

function modulesIn(module: Module): readonly Module[] {
  const inner = Object.entries(module.template.resources).flatMap(([name, { properties }]) => {
    const template = properties?.["template"] as Template | undefined;
    const given = (properties?.["parameters"] ?? {}) as Module["given"];
    return template ? modulesIn({ path: `${module.path}/${name}`, template, given }) : [];
  });
  return [module, ...inner];
}

export interface Snapshot {
  readonly predictedResources: readonly (Resource & { readonly id?: string })[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

export async function readSnapshot(name: string): Promise<Snapshot> {
  return JSON.parse(await readFile(join(import.meta.dirname, snapshotPath(name)), "utf8")) as Snapshot;
}

export interface Call {
  readonly name: string;
  /** As written, without spaces around. */
  readonly args: readonly string[];
}

const TOKEN = /'(?:[^']|'')*'|[\w.]+|[^\w']/g;

/** The function calls in an expression of a template, each before those within it. */
export function calls(expression: string): readonly Call[] {
  const found: { name: string; args: string[] }[] = [];
  const open: typeof found = [];
  let before = "";
  for (const [token] of expression.matchAll(TOKEN)) {
    if (token === ")") open.pop();
    for (const call of token === "," ? open.slice(0, -1) : open) call.args[call.args.length - 1] += token;
    if (token === ",") open.at(-1)?.args.push("");
    if (token === "(") open.push(found[found.push({ name: before, args: [""] }) - 1]!);
    before = token;
  }
  return found.map(({ name, args }) => ({ name, args: args.map((arg) => arg.trim()).filter(Boolean) }));
}
