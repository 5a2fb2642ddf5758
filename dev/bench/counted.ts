/** The same object, with every call of a method counted. */
export function counted<T extends object>(
  object: T,
): { readonly target: T; readonly calls: (name?: string) => number } {
  const counts = new Map<string | symbol, number>();
  const target = new Proxy(object, {
    get: (of, name) => {
      const method: unknown = Reflect.get(of, name);
      if (typeof method !== "function") return method;
      return (...args: unknown[]) => {
        counts.set(name, (counts.get(name) ?? 0) + 1);
        return Reflect.apply(method, of, args);
      };
    },
  });
  const all = () => [...counts.values()].reduce((sum, count) => sum + count, 0);
  return { target, calls: (name) => (name === undefined ? all() : (counts.get(name) ?? 0)) };
}
