/** The same object, with every call of a method counted. */
export function counted<T extends object>(object: T): { readonly target: T; readonly calls: () => number } {
  let count = 0;
  const target = new Proxy(object, {
    get: (of, name) => {
      const method: unknown = Reflect.get(of, name);
      if (typeof method !== "function") return method;
      return (...args: unknown[]) => {
        count += 1;
        return Reflect.apply(method, of, args);
      };
    },
  });
  return { target, calls: () => count };
}
