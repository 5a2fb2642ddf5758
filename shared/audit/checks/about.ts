import type { ServiceKey } from "../../kubernetes/intent.ts";

/** The Service as the subject of a finding. */
export function serviceOf({ cluster, namespace, name }: ServiceKey) {
  return { about: `${cluster}/${namespace}/${name}`, cluster };
}

/** The first `most` texts, and how many more there are. */
export function some(texts: readonly string[], most = 5): string {
  const more = texts.length - most;
  return more > 0 ? `${texts.slice(0, most).join(", ")} and ${more} more` : texts.join(", ");
}
