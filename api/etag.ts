/** Entity tags: strong, a quoted hash of the content. */
import { createHash } from "node:crypto";

const CHARACTERS = 27;

export function etagOf(text: string | Uint8Array): string {
  return `"${createHash("sha256").update(text).digest("base64url").slice(0, CHARACTERS)}"`;
}

/**
 * True if the header (`If-Match`, `If-None-Match`) contains one of the tags. A single unquoted `*` matches
 * any tag.
 */
export function names(header: string, etags: readonly string[]): boolean {
  const given = header.split(",").map(bare);
  return header.trim() === "*" || etags.some((etag) => given.includes(bare(etag)));
}

/**
 * A weak tag and the tag of the compressed form match too; the quotes are optional, because callers omit
 * them.
 */
function bare(etag: string): string {
  return etag
    .trim()
    .replace(/^W\//, "")
    .replaceAll('"', "")
    .replace(/-gzip$/, "");
}
