/**
 * JSON text of a sender: its depth, the number of its values and the keys of its outermost object are checked before it is parsed, in one
 * pass over the text. The time of a parse depends on the values, not on the bytes: 2 MiB of short keys that are all different take a
 * hundred times as long as 2 MiB of text. Pure.
 */
import { InvalidInput } from "../core/errors.ts";
import { messageOf } from "../core/messageOf.ts";

/** Far above the depth of Kubernetes objects. */
const MAX_DEPTH = 64;
/**
 * Strings, objects, arrays and commas of one Kubernetes object: what a Service of 3,900 ports has with its managed fields. A load balancer
 * has 1,500 rules at most.
 */
export const MAX_VALUES = 131_072;
/**
 * The parsed value. @param what names the text in messages
 * @throws InvalidInput if it is not JSON, nests deeper than 64 levels, has more than `MAX_VALUES` values, or its outermost object has a key
 * twice, in any spelling
 */
export function readJson(text: string, what: string): unknown {
  const { keys } = outlineOf(text, what);
  requireDistinct(keys, what);
  return parseJson(text, what);
}

/** True if parsing it would take too long. @throws InvalidInput if it nests deeper than 64 levels */
export function hasTooManyValues(text: string): boolean {
  if (text.length <= MAX_VALUES) return false;
  try {
    outlineOf(text, "");
    return false;
  } catch (error) {
    if (error instanceof TooMany) return true;
    throw error;
  }
}

export interface SplitList {
  /** The outermost object, with `items` empty if it is an array. */
  readonly head: unknown;
  /** The text of each element of `items`, which may be invalid JSON: so that each is parsed on its own. */
  readonly items: readonly string[];
}

/** @throws InvalidInput as {@link readJson}, with `MAX_VALUES` for each item, or if there are more than `mostItems` */
export function splitList(text: string, what: string, mostItems = Infinity): SplitList {
  const { keys, items } = outlineOf(text, what, mostItems);
  requireDistinct(keys, what);
  if (!items) return { head: parseJson(text, what), items: [] };
  const head = parseJson(text.slice(0, items.start) + text.slice(items.end), what);
  return { head, items: items.all.map(({ start, end }) => text.slice(start, end)) };
}

class TooMany extends InvalidInput {}

function requireDistinct(keys: readonly string[], what: string): void {
  const seen = new Set<string>();
  for (const spelled of keys) {
    const key = String(parseJson(`"${spelled}"`, what));
    if (seen.has(key)) throw new InvalidInput(`${what} has the key "${key}" more than once`);
    seen.add(key);
  }
}

export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidInput(`${what} is not valid JSON, or was cut off: ${messageOf(error)}`);
  }
}

interface Part {
  readonly start: number;
  readonly end: number;
}

interface Outline {
  /** Keys of the outermost object, in order, duplicates included. */
  readonly keys: readonly string[];
  /** The array `items` of the outermost object: the positions after its first and of its last bracket, and its elements. */
  readonly items?: Part & { readonly all: readonly Part[] };
}

/** Ends at the first value too many. @param mostItems absent: `items` is an array like others @throws InvalidInput */
function outlineOf(text: string, what: string, mostItems?: number): Outline {
  const outline = new Outliner(text, what, mostItems);
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charCodeAt(at);
    if (sign === QUOTE) at = outline.string(at);
    else if (sign === OPEN_BRACE || sign === OPEN_BRACKET) outline.open(at, sign === OPEN_BRACKET);
    else if (sign === CLOSE_BRACE || sign === CLOSE_BRACKET) outline.close(at);
    else if (sign === COMMA) outline.comma(at);
  }
  return outline.end();
}

const IN_ITEMS = 2;

class Outliner {
  readonly #text: string;
  readonly #what: string;
  readonly #mostItems: number | undefined;
  readonly #keys: string[] = [];
  readonly #items: Part[] = [];
  #depth = 0;
  /** Of the text, or of the item that is being read. */
  #values = 0;
  /** Of the array `items`. */
  #start = -1;
  #end = -1;
  #itemStart = 0;
  #valuesOfHead = 0;

  constructor(text: string, what: string, mostItems: number | undefined) {
    this.#text = text;
    this.#what = what;
    this.#mostItems = mostItems;
  }

  /** Gives the position of the closing quote. */
  string(at: number): number {
    this.#count();
    const end = endOfString(this.#text, at);
    if (this.#depth === 1 && isKey(this.#text, end)) this.#keys.push(this.#text.slice(at + 1, end));
    return end;
  }

  open(at: number, isArray: boolean): void {
    this.#count();
    this.#depth = deeper(this.#depth);
    if (isArray && this.#depth === IN_ITEMS && this.#isItems()) this.#beginItems(at);
  }

  close(at: number): void {
    if (this.#depth === IN_ITEMS && this.#isInItems()) this.#endItems(at);
    this.#depth -= 1;
  }

  comma(at: number): void {
    if (this.#depth !== IN_ITEMS || !this.#isInItems()) return this.#count();
    this.#endItem(at);
    this.#beginItem(at);
  }

  end(): Outline {
    const [start, end] = [this.#start, this.#end];
    return { keys: this.#keys, ...(end >= 0 && { items: { start, end, all: this.#items } }) };
  }

  #count(): void {
    this.#values += 1;
    if (this.#values <= MAX_VALUES) return;
    const what = this.#isInItems() ? `items.${this.#items.length}` : this.#what;
    throw new TooMany(`${what} has more than ${MAX_VALUES} values`);
  }

  #isItems(): boolean {
    return this.#mostItems !== undefined && this.#start < 0 && this.#keys.at(-1) === "items";
  }

  #isInItems(): boolean {
    return this.#start >= 0 && this.#end < 0;
  }

  #beginItems(at: number): void {
    this.#valuesOfHead = this.#values;
    this.#start = at + 1;
    this.#beginItem(at);
  }

  #endItems(at: number): void {
    const isEmpty = this.#items.length === 0 && this.#text.slice(this.#itemStart, at).trim() === "";
    if (!isEmpty) this.#endItem(at);
    this.#end = at;
    this.#values = this.#valuesOfHead;
  }

  #beginItem(at: number): void {
    this.#itemStart = at + 1;
    this.#values = 0;
  }

  #endItem(at: number): void {
    this.#items.push({ start: this.#itemStart, end: at });
    if (this.#items.length > (this.#mostItems ?? 0))
      throw new TooMany(`items: the page has more than the ${this.#mostItems} Services that were requested`);
  }
}

const [QUOTE, COMMA, BACKSLASH] = [34, 44, 92];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [123, 125, 91, 93];

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
