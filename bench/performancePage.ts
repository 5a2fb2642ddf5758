/** `docs/performance.md`, whole, from the results. */
import { markdownTable } from "../tools/table.ts";
import type { Result, Results } from "./results.ts";
import { HEADER, row } from "./rows.ts";

const OPENING = `# Performance

What the last recorded run measured; \`npm run bench -- --record\` writes this page and \`bench/results.json\`. Figures are the machine's
own, ratios hardly are: each is beside a _floor_, the same work with nothing of Mooring's, and where there is one beside a _peer_, somebody else's
program for the same purpose. A ratio is a cost: 1 is as good as the floor, 2 costs twice as much. What Azure itself adds is in no figure: storage is Azurite,
Resource Manager the sandbox, on the same machine.

How far it goes, and what breaks first, is in [limits](limits.md).
`;

export function renderPage(results: Results): string {
  const sections = Object.entries(results).map(([name, result]) => section(name, result));
  return `${[OPENING.trim(), ...sections].join("\n\n")}\n`;
}

function section(name: string, { atUtc, command, seconds, machine, node, figures }: Result): string {
  const where = `\`${command}\`, ${atUtc.slice(0, 10)}, ${seconds} s on ${machine}, Node ${node}.`;
  return [`## ${name}`, where, markdownTable(HEADER, figures.map(row))].join("\n\n");
}
