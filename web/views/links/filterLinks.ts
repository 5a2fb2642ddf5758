import type { Connection, LinkSummary } from "../../../api/model.ts";

export interface LinkFilter {
  readonly text: string;
  /** `""`: all. */
  readonly state: string;
  readonly cluster: string;
}

/** In the order of the list. Every word of the text must stand somewhere in what names the link. */
export function filterLinks(links: readonly LinkSummary[], filter: LinkFilter): readonly LinkSummary[] {
  return links.filter(
    (link) =>
      (filter.state === "" || link.state === filter.state) &&
      (filter.cluster === "" || link.cluster === filter.cluster) &&
      hasWords([link.name, link.service, link.cluster, link.resourceGroup, link.subscription], filter.text),
  );
}

export function filterConnections(
  connections: readonly Connection[],
  filter: { readonly text: string; readonly status: string },
): readonly Connection[] {
  return connections.filter(
    (one) =>
      (filter.status === "" || one.status === filter.status) &&
      hasWords([one.name, one.link, one.service, one.cluster, one.consumer, one.description], filter.text),
  );
}

export function hasWords(texts: readonly (string | undefined)[], words: string): boolean {
  const text = texts.join("\n").toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Each once, in order: what a filter offers. */
export function choicesOf(texts: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(texts.filter((text) => text !== undefined))].sort();
}
