/** An immutable copy of JSON, which all readers can share. */
export function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(frozen)) as T;
  const entries = Object.entries(value).map(([key, one]) => [key, frozen<unknown>(one)]);
  return Object.freeze(Object.fromEntries(entries)) as T;
}
