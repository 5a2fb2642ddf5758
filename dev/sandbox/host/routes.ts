/** Route templates of HTTP triggers: `admit/{cluster}/{token}`, `{name?}`, `{*rest}`. */
import type { LoadedFunction } from "./load.ts";

export interface Match {
  target: LoadedFunction;
  params: Record<string, string>;
}

/** Matches in order of fixed segments first, as the host does. `405` if the path is there with other methods. */
export function createRouter(functions: readonly LoadedFunction[], prefix: string) {
  const routes = functions
    .filter(({ trigger }) => trigger.type.toLowerCase() === "httptrigger")
    .map((target) => ({
      target,
      pattern: toPattern(`${prefix}/${target.trigger.route ?? target.name}`),
      methods: methodsOf(target),
    }));
  return (method: string, path: string): Match | 404 | 405 => {
    const here = routes.flatMap((route) => {
      const found = route.pattern.exec(path);
      return found ? [{ ...route, params: decoded(found.groups ?? {}) }] : [];
    });
    if (here.length === 0) return 404;
    const match = here.find(({ methods }) => methods.length === 0 || methods.includes(method));
    return match ? { target: match.target, params: match.params } : 405;
  };
}

function methodsOf({ trigger }: LoadedFunction): string[] {
  return (trigger.methods ?? []).map((method) => method.toUpperCase());
}

function toPattern(template: string): RegExp {
  const segments = template
    .split("/")
    .filter(Boolean)
    .map((segment) => {
      const parameter = /^\{(\*?)(\w+)(\??)\}$/.exec(segment);
      if (!parameter) return `/${segment.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}`;
      const [, star, name, optional] = parameter;
      if (star) return `(?:/(?<${name}>.*))?`;
      return optional ? `(?:/(?<${name}>[^/]+))?` : `/(?<${name}>[^/]+)`;
    });
  return new RegExp(`^${segments.join("")}/?$`, "i");
}

function decoded(groups: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(groups).flatMap(([name, value]) => (value === undefined ? [] : [[name, safely(value)]])),
  );
}

function safely(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
