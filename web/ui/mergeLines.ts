/** Two JSON values as one list of lines: what was, what is, and what both have. Pure. */
export interface MergedLine {
  readonly mark: " " | "+" | "-";
  readonly text: string;
  readonly depth: number;
}

type Json = Record<string, unknown>;

/** The lines of `before` and `after` in one; objects are compared by key, lists by id, name, or place. */
export function mergeLines(before: unknown, after: unknown): MergedLine[] {
  return merge(before, after, { label: "", depth: 0 });
}

interface At {
  readonly label: string;
  readonly depth: number;
}

function merge(before: unknown, after: unknown, at: At): MergedLine[] {
  if (isList(before) && isList(after)) return mergeLists(before, after, at);
  if (isObject(before) && isObject(after)) return mergeObjects(before, after, at);
  if (before === after) return print(before, " ", at);
  return [...print(before, "-", at), ...print(after, "+", at)];
}

function mergeObjects(before: Json, after: Json, { label, depth }: At): MergedLine[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const inner = keys.flatMap((key) =>
    merge(before[key], after[key], { label: `${key}: `, depth: depth + 1 }),
  );
  return wrap(inner, { label, depth }, "{}");
}

function mergeLists(
  before: readonly unknown[],
  after: readonly unknown[],
  { label, depth }: At,
): MergedLine[] {
  const [olds, news] = [keyed(before), keyed(after)];
  const keys = [...new Set([...olds.keys(), ...news.keys()])];
  const inner = keys.flatMap((key) => merge(olds.get(key), news.get(key), { label: "", depth: depth + 1 }));
  return wrap(inner, { label, depth }, "[]");
}

function wrap(inner: MergedLine[], { label, depth }: At, brackets: string): MergedLine[] {
  if (inner.length === 0) return [{ mark: " ", text: `${label}${brackets}`, depth }];
  const line = (text: string): MergedLine => ({ mark: " ", text, depth });
  return [line(`${label}${brackets[0]}`), ...inner, line(brackets[1] ?? "")];
}

function print(value: unknown, mark: MergedLine["mark"], { label, depth }: At): MergedLine[] {
  if (value === undefined) return [];
  const [first = "", ...rest] = JSON.stringify(value, undefined, 1).split("\n");
  const lines = [`${label}${first}`, ...rest];
  return lines.map((text) => {
    const bare = text.trimStart();
    return { mark, text: bare.replace(/,$/, ""), depth: depth + (text.length - bare.length) };
  });
}

function keyed(list: readonly unknown[]): Map<string, unknown> {
  const keys = list.map((item, index) => keyOf(item) ?? `#${index}`);
  const areUnique = new Set(keys).size === keys.length;
  return new Map(list.map((item, index) => [areUnique ? (keys[index] ?? "") : `#${index}`, item]));
}

function keyOf(item: unknown): string | undefined {
  if (!isObject(item)) return isList(item) ? undefined : `=${String(item)}`;
  const key = item["id"] ?? item["name"];
  return typeof key === "string" ? key : undefined;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The changed lines, and those that they stand in; undefined stands where lines are left out. */
export function onlyChanged(lines: readonly MergedLine[]): (MergedLine | undefined)[] {
  const kept = new Set<number>();
  lines.forEach(({ mark }, index) => {
    if (mark !== " ") for (const one of withParents(lines, index)) kept.add(one);
  });
  const out: (MergedLine | undefined)[] = [];
  lines.forEach((line, index) => {
    if (kept.has(index)) out.push(line);
    else if (out.at(-1) !== undefined || out.length === 0) out.push(undefined);
  });
  return out;
}

function withParents(lines: readonly MergedLine[], index: number): number[] {
  const found = [index];
  let depth = lines[index]?.depth ?? 0;
  for (let above = index - 1; above >= 0 && depth > 0; above -= 1) {
    const line = lines[above];
    if (line && line.depth < depth) {
      found.push(above);
      ({ depth } = line);
    }
  }
  return found;
}
