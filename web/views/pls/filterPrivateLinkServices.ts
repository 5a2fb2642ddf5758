import type { Connection, PlsSummary } from "../../../api/model.ts";

export interface PlsFilter {
  readonly text: string;
  /** `""`: all. */
  readonly state: string;
  readonly cluster: string;
}

/** Keeps the order. Every word of the text must occur in one of the names of the PLS. */
export function filterPrivateLinkServices(
  privateLinkServices: readonly PlsSummary[],
  filter: PlsFilter,
): readonly PlsSummary[] {
  return privateLinkServices.filter(
    (pls) =>
      (filter.state === "" || pls.state === filter.state) &&
      (filter.cluster === "" || pls.cluster === filter.cluster) &&
      hasWords([pls.name, pls.service, pls.cluster, pls.resourceGroup, pls.subscription], filter.text),
  );
}

export function filterConnections(
  connections: readonly Connection[],
  filter: { readonly text: string; readonly status: string },
): readonly Connection[] {
  return connections.filter(
    (one) =>
      (filter.status === "" || one.status === filter.status) &&
      hasWords([one.name, one.pls, one.service, one.cluster, one.consumer, one.description], filter.text),
  );
}

export function hasWords(texts: readonly (string | undefined)[], words: string): boolean {
  const text = texts.join("\n").toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Distinct values in order, as filter options. */
export function choicesOf(texts: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(texts.filter((text) => text !== undefined))].sort();
}
