/** The route: `#/view/KEY?query`. Every state of the dashboard has a URL. */
import { useEffect, useState } from "preact/hooks";

export interface Route {
  readonly view: string;
  readonly key?: string;
  readonly query: URLSearchParams;
}

type Query = Readonly<Record<string, string | undefined>> | URLSearchParams;

/** The URL of a view, or of one item in it; undefined and empty query values are omitted. */
export function href(view: string, key?: string, query?: Query): string {
  const path = key === undefined ? view : `${view}/${encodeURIComponent(key)}`;
  const text = toSearch(query);
  return `#/${path}${text === "" ? "" : `?${text}`}`;
}

/** Navigates with a history entry. */
export function go(to: string): void {
  location.hash = to;
}

/** Navigates without a history entry: for filters. */
export function replace(to: string): void {
  history.replaceState(history.state, "", to);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

export function readRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [view = "", key] = path.split("/", 2);
  const query = new URLSearchParams(search);
  return {
    view: view === "" ? "overview" : view,
    query,
    ...(key !== undefined && key !== "" && { key: decode(key) }),
  };
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => readRoute(location.hash));
  useEffect(() => {
    const read = () => setRoute(readRoute(location.hash));
    addEventListener("hashchange", read);
    // The URL may have changed between the first render and now.
    read();
    return () => removeEventListener("hashchange", read);
  }, []);
  return route;
}

/** The query of this view as a plain record, and a function that changes it without a history entry. */
export function useQuery(): readonly [
  (name: string) => string,
  (changes: Readonly<Record<string, string>>) => void,
] {
  const { query } = useRoute();
  const read = (name: string) => query.get(name) ?? "";
  const change = (changes: Readonly<Record<string, string>>) => {
    const { view, key, query } = readRoute(location.hash);
    replace(href(view, key, { ...Object.fromEntries(query), ...changes }));
  };
  return [read, change];
}

function toSearch(query: Query = {}): string {
  const pairs = query instanceof URLSearchParams ? [...query] : Object.entries(query);
  return new URLSearchParams(
    pairs.filter(([, value]) => value !== undefined && value !== "") as [string, string][],
  ).toString();
}

function decode(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    // Typed manually, with a stray percent sign: used unchanged.
    return key;
  }
}
