/** The documents with generated parts: each renders its new text from the old one. */
import { z } from "zod";
import { Settings } from "../shared/settings.ts";

export interface Document {
  readonly path: string;
  render(before: string): Promise<string> | string;
}

export const documents: readonly Document[] = [
  { path: "README.md", render: (before) => replaceBlock(before, "settings", settingsTable()) },
];

/** Text between `<!-- NAME -->` and `<!-- /NAME -->`, replaced. @throws Error if the document lacks the markers */
function replaceBlock(text: string, name: string, block: string): string {
  const pattern = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
  if (!pattern.test(text)) throw new Error(`no block <!-- ${name} -->`);
  return text.replace(pattern, (_, open: string, close: string) => `${open}\n${block}\n\n${close}`);
}

function settingsTable(): string {
  const schema = z.toJSONSchema(Settings, { io: "input" });
  const required = new Set(schema.required);
  const rows = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const { description = "", default: preset } = property as { description?: string; default?: string };
    const fallback = preset === undefined ? (required.has(name) ? "required" : "none") : `\`${preset}\``;
    return [`\`${name}\``, fallback, description];
  });
  return table(["setting", "default", "meaning"], rows);
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(...[header, ...rows].map((row) => (row[column] ?? "").length), title.length),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(header), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
