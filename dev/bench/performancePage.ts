/** The documents that show the last recorded results: `docs/performance.md` whole, and the measured part of `docs/limits.md`. */
import { markdownTable } from "../tools/table.ts";
import type { Result, Results } from "./results.ts";
import { HEADER, row } from "./rows.ts";

const OPENING = `# Performance

What was last recorded by \`npm run bench -- --record\`, which writes \`dev/bench/results.json\`, from which this page is made. Every figure that
can be is beside a _floor_, the same work with nothing of Mooring's, and where there is one beside a _peer_, somebody else's program for the
same purpose. A ratio is a cost: 1 is as good as the floor, 2 costs twice as much. What Azure adds is in no figure: storage is Azurite, Resource
Manager the sandbox, on the same machine. A machine with a load of more than its processors had other things to do: of such a run even the
ratios say little.

How far it goes, and what breaks first: [limits](limits.md).`;

/** Shown by the limits. */
const OF_LIMITS = /^limits/;

export function renderPage(results: Results): string {
  const own = sections(results, "##", (name) => !OF_LIMITS.test(name));
  return `${[OPENING, ...own].join("\n\n")}\n`;
}

export function renderLimits(results: Results): string {
  return sections(results, "###", (name) => OF_LIMITS.test(name)).join("\n\n") || "Nothing was recorded yet.";
}

function sections(results: Results, heading: string, isShown: (name: string) => boolean): string[] {
  return Object.entries(results).flatMap(([name, result]) =>
    isShown(name) ? [section(`${heading} ${name}`, result)] : [],
  );
}

function section(title: string, result: Result): string {
  const { atUtc, command, seconds, machine, node, load, figures } = result;
  const where = `\`${command}\`, ${atUtc.slice(0, 10)}, ${seconds} s on ${machine}, load ${load.toFixed(1)}, Node ${node}.`;
  return [title, where, markdownTable(HEADER, figures.map(row))].join("\n\n");
}
