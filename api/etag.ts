/** Entity tags: strong, a hash of what they stand for, in quotes. */
import { createHash } from "node:crypto";

const CHARACTERS = 27;

export function etagOf(text: string | Uint8Array): string {
  return `"${createHash("sha256").update(text).digest("base64url").slice(0, CHARACTERS)}"`;
}

/** True if the header (`If-Match`, `If-None-Match`) names one of the tags; `*`, alone and bare, names any. */
export function names(header: string, etags: readonly string[]): boolean {
  const given = header.split(",").map(bare);
  return header.trim() === "*" || etags.some((etag) => given.includes(bare(etag)));
}

/** Weak or of the compressed form, it stands for the same; people leave the quotes out. */
function bare(etag: string): string {
  return etag
    .trim()
    .replace(/^W\//, "")
    .replaceAll('"', "")
    .replace(/-gzip$/, "");
}
