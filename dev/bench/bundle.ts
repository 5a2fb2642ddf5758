/** What loads when: the artifact's entry, and what the first call of each function takes of it beyond that. */
import { packagesIn, type Piece } from "./cold/artifact.ts";
import { firstCalls, type FirstCall } from "./cold/firstCalls.ts";
import type { Bench, Figure } from "./figures.ts";

/** `@azure/functions` alone, which no app can do without, has 120. */
export const ENTRY_KILOBYTES = 150;
const KILOBYTE = 1000;
/** Less of a package is not worth its name. */
const LARGE_KILOBYTES = 60;

export async function bundleReport(bench: Bench): Promise<Figure[]> {
  const { start, calls } = await firstCalls(bench);
  const name = `the start: ${start.length} files${large(start)}`;
  const entry = { name, unit: "KB", ours: kilobytes(start), aim: { value: ENTRY_KILOBYTES } } as const;
  return [entry, ...calls.flatMap(figures)];
}

function figures({ function: name, pieces, milliseconds }: FirstCall): Figure[] {
  return [
    { name: `${name}: ${pieces.length} files${large(pieces)}`, unit: "KB", ours: kilobytes(pieces) },
    { name: `${name}: its first call`, unit: "ms", ours: milliseconds },
  ];
}

function large(pieces: readonly Piece[]): string {
  const packages = Object.entries(packagesIn(pieces))
    .filter(([, bytes]) => bytes > LARGE_KILOBYTES * KILOBYTE)
    .map(([name]) => name);
  return packages.length > 0 ? `, ${packages.toSorted().join(", ")}` : "";
}

export function kilobytes(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes, 0) / KILOBYTE;
}
