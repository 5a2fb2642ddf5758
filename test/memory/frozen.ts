/** A copy of JSON that nobody can change, so that every reader may have the same one. */
export function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(frozen)) as T;
  const entries = Object.entries(value).map(([key, one]) => [key, frozen<unknown>(one)]);
  return Object.freeze(Object.fromEntries(entries)) as T;
}
