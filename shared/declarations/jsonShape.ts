/**
 * JSON text of a sender: how deep it nests and which keys its outermost object has are checked before it is parsed. One pass over the text,
 * so that no input costs more than its length. Pure.
 */
import { InvalidInput } from "../core/errors.ts";
import { messageOf } from "../core/messageOf.ts";

/** No Kubernetes object comes near it. */
const MAX_DEPTH = 64;

/**
 * The parsed value. @param what names the text in messages
 * @throws InvalidInput if it is not JSON, nests deeper than 64 levels, or its outermost object has a key twice, in any spelling
 */
export function readJson(text: string, what: string): unknown {
  requireDistinct(outermostKeys(text), what);
  return parseJson(text, what);
}

function requireDistinct(keys: readonly string[], what: string): void {
  const seen = new Set<string>();
  for (const spelled of keys) {
    const key = String(parseJson(`"${spelled}"`, what));
    if (seen.has(key)) throw new InvalidInput(`${what} has the key "${key}" more than once`);
    seen.add(key);
  }
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidInput(`${what} is not valid JSON, or was cut off: ${messageOf(error)}`);
  }
}

/** In order, duplicates included. @throws InvalidInput */
function outermostKeys(text: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charCodeAt(at);
    if (sign === QUOTE) {
      const end = endOfString(text, at);
      if (depth === 1 && isKey(text, end)) keys.push(text.slice(at + 1, end));
      at = end;
    } else if (sign === OPEN_BRACE || sign === OPEN_BRACKET) depth = deeper(depth);
    else if (sign === CLOSE_BRACE || sign === CLOSE_BRACKET) depth -= 1;
  }
  return keys;
}

const [QUOTE, BACKSLASH, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [34, 92, 123, 125, 91, 93];

function deeper(depth: number): number {
  if (depth >= MAX_DEPTH) throw new InvalidInput(`the body nests deeper than ${MAX_DEPTH} levels`);
  return depth + 1;
}

/** Position of the closing quote; the end of the text if there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1))
    if (!isEscaped(text, end)) return end;
  return text.length;
}

/** The opening quote ends the backslashes before it. */
function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

function isKey(text: string, end: number): boolean {
  let at = end + 1;
  while (/\s/.test(text[at] ?? "")) at += 1;
  return text[at] === ":";
}
