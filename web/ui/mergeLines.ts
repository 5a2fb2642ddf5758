/** Merges two JSON values into one list of lines: removed, added, and unchanged. Pure. */
export interface MergedLine {
  readonly mark: " " | "+" | "-";
  readonly text: string;
  readonly depth: number;
}

type Json = Record<string, unknown>;

/** The merged lines of `before` and `after`; objects are matched by key, list items by id, name or index. */
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

function mergeObjects(before: Json, after: Json, at: At): MergedLine[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const inner = keys.flatMap((key) => merge(before[key], after[key], below(at, `${key}: `)));
  return wrap(inner, " ", { ...at, brackets: "{}" });
}

function mergeLists(before: readonly unknown[], after: readonly unknown[], at: At): MergedLine[] {
  const nameOf = areKeyed(before) && areKeyed(after) ? keyOf : undefined;
  const [oldItems, newItems] = [keyed(before, nameOf), keyed(after, nameOf)];
  const keys = [...new Set([...oldItems.keys(), ...newItems.keys()])];
  const inner = keys.flatMap((key) => merge(oldItems.get(key), newItems.get(key), below(at)));
  return wrap(inner, " ", { ...at, brackets: "[]" });
}

/** Every line of a value that exists on one side only. */
function print(value: unknown, mark: MergedLine["mark"], at: At): MergedLine[] {
  if (value === undefined) return [];
  if (isList(value)) {
    const inner = value.flatMap((item) => print(item, mark, below(at)));
    return wrap(inner, mark, { ...at, brackets: "[]" });
  }
  if (isObject(value)) {
    const inner = Object.entries(value).flatMap(([key, item]) => print(item, mark, below(at, `${key}: `)));
    return wrap(inner, mark, { ...at, brackets: "{}" });
  }
  return [{ mark, text: at.label + JSON.stringify(value), depth: at.depth }];
}

function below({ depth }: At, label = ""): At {
  return { label, depth: depth + 1 };
}

function wrap(
  inner: readonly MergedLine[],
  mark: MergedLine["mark"],
  { label, depth, brackets }: At & { readonly brackets: string },
): MergedLine[] {
  const line = (text: string): MergedLine => ({ mark, text, depth });
  if (inner.length === 0) return [line(label + brackets)];
  return [line(label + brackets.charAt(0)), ...inner, line(brackets.charAt(1))];
}

/** True if each item has a unique key; otherwise items are matched by index. */
function areKeyed(list: readonly unknown[]): boolean {
  const keys = new Set(list.map(keyOf));
  return keys.size === list.length && !keys.has(undefined);
}

function keyed(list: readonly unknown[], nameOf: typeof keyOf | undefined): Map<string, unknown> {
  return new Map(list.map((item, index) => [nameOf?.(item) ?? `#${index}`, item]));
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

/** The changed lines and their parents; undefined marks omitted lines. */
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
