/** Findings whose every text comes from outside, in every format; each read back by what reads it in the world. */
import { parse as parseCsv } from "csv-parse/sync";
import { parse as parseHtml, type DefaultTreeAdapterTypes } from "parse5";
import stringWidth from "string-width";
import { FORMAT_NAMES, FORMATS } from "../../../shared/audit/report/formats.ts";
import type { ReportedFinding } from "../../../shared/audit/report/model.ts";
import { renderTable } from "../../../shared/audit/report/table.ts";
import { report, reported } from "../../builders/report.ts";
import { hold, type Target } from "../target.ts";

// Characters that may control a terminal or an editor; line breaks of the report itself cannot be distinguished here.
const HIDDEN = /[\p{Cf}\p{Cs}\u2028\u2029]|(?![\r\n])\p{Cc}/u;
const CSV_COLUMNS = 19;
const COLUMNS = 80;

function hostile(text: string): ReportedFinding {
  const texts = { about: text, cluster: text, message: text, advice: text, check: text, scope: text };
  const sides = { declared: text, actual: text, allowed: text, planned: [text] };
  return reported({ ...texts, ...sides });
}

type Node = DefaultTreeAdapterTypes.Node;

function elementsOf(node: Node): DefaultTreeAdapterTypes.Element[] {
  const children = "childNodes" in node ? node.childNodes.flatMap(elementsOf) : [];
  return "tagName" in node ? [node, ...children] : children;
}

/** Names of elements and attributes, in order: what text could only add to by breaking out. */
function shapeOf(html: string): string {
  const shape = ({ tagName, attrs }: DefaultTreeAdapterTypes.Element) =>
    `${tagName} ${attrs.map(({ name }) => name).join(",")}`;
  return [...new Set(elementsOf(parseHtml(html)).map(shape))].sort().join("\n");
}

const render = (text: string) => report({ findings: [hostile(text)] });
const PLAIN_SHAPE = shapeOf(FORMATS.html.render(render("/subscriptions/s/resourceGroups/g/providers/P/t/n")));

export const reports: readonly Target[] = [
  {
    name: "report",
    seeds: [
      "<img src=x onerror=alert(1)>",
      '=HYPERLINK("http://x")',
      "a|b`c`\n# d",
      "]]> --> </style><script>",
    ],
    check(text) {
      const one = render(text);
      for (const name of FORMAT_NAMES) hold(!HIDDEN.test(FORMATS[name].render(one)), `${name} hides nothing`);
      JSON.parse(FORMATS.json.render(one));
      JSON.parse(FORMATS.sarif.render(one));
      hold(FORMATS.jsonl.render(one).split("\n").length === 2, "a finding a line");
      const rows = parseCsv(FORMATS.csv.render(one), { bom: false });
      hold(rows.length === 2 && rows.every((row) => row.length === CSV_COLUMNS), "a finding a row");
      for (const cell of rows[1] ?? []) hold(!/^[=+\-@\t\r]/.test(cell), `a formula: ${cell}`);
      const shapes = new Set(PLAIN_SHAPE.split("\n"));
      for (const shape of shapeOf(FORMATS.html.render(one)).split("\n"))
        hold(shapes.has(shape), `the page has a ${shape}`);
      for (const line of renderTable(one, { columns: COLUMNS }).split("\n"))
        hold(stringWidth(line) <= COLUMNS || !line.trim().includes(" "), `a line fits: ${line}`);
    },
  },
];
