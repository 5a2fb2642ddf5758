/** What the files of a built app are made of. */
import { join, relative } from "node:path";
import type { Metafile } from "esbuild";

export interface Piece {
  /** In the artifact. */
  readonly path: string;
  readonly bytes: number;
  /** Bytes of each npm package in it. */
  readonly packages: Readonly<Record<string, number>>;
}

const ROOT = join(import.meta.dirname, "../../..");

/** By complete path. */
export function piecesOf(metafile: Metafile, directory: string): ReadonlyMap<string, Piece> {
  return new Map(
    Object.entries(metafile.outputs)
      .filter(([path]) => path.endsWith(".mjs"))
      .map(([path, { bytes, inputs }]) => {
        const whole = join(ROOT, path);
        return [whole, { path: relative(directory, whole), bytes, packages: packagesOf(inputs) }];
      }),
  );
}

/** Bytes of each package in all of them. */
export function packagesIn(pieces: readonly Piece[]): Record<string, number> {
  return summed(pieces.flatMap(({ packages }) => Object.entries(packages)));
}

function packagesOf(inputs: Metafile["outputs"][string]["inputs"]): Record<string, number> {
  return summed(
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => {
      const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
      return name === undefined ? [] : [[name, bytesInOutput] as const];
    }),
  );
}

function summed(amounts: readonly (readonly [string, number])[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, amount] of amounts) sums[name] = (sums[name] ?? 0) + amount;
  return sums;
}
