/**
 * The documents with the last recorded results: `docs/contributing/performance.md`, and the measured part of
 * `docs/platform/limits.md`.
 */
import { markdownTable } from "../tools/table.ts";
import type { Result, Results } from "./results.ts";
import { HEADER, row } from "./rows.ts";

const OPENING = `# Performance

This page is generated from \`dev/bench/results.json\`, which \`npm run bench -- --record\` writes. Where possible a figure has a _floor_, the

Maximum sizes, and what fails first: [limits](../platform/limits.md).`;

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
