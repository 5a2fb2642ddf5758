/** Answers to the query for the first page of a list that are no such page: what they are, their text, and part of the reason. */

const VERSION = "11";

const item = (name: string, namespace = "shop") => ({
  metadata: { name, namespace, uid: `uid-${name}`, resourceVersion: "5" },
  spec: { type: "LoadBalancer", ports: [{ port: 80, protocol: "TCP" }] },
});
const identity = (uid = "identity of one") => ({
  metadata: { name: "kubernetes", namespace: "default", uid, resourceVersion: "3" },
  spec: { type: "ClusterIP" },
});

const page = (items: readonly unknown[], some: object = {}) =>
  JSON.stringify({
    kind: "ServiceList",
    apiVersion: "v1",
    metadata: { resourceVersion: VERSION },
    items,
    ...some,
  });
const valid = () => page([identity(), item("a"), item("b")]);
const items = (count: number) =>
  Array.from({ length: count }, (_, n) => item(`s${String(n).padStart(6, "0")}`));

export const BAD_LISTS: readonly (readonly [what: string, body: () => string, reason: string])[] = [
  ["no JSON", () => "<html>", "the body is not valid JSON, or was cut off"],
  ["cut off in the middle", () => valid().slice(0, -40), "cut off"],
  ["cut off between two items", () => valid().slice(0, valid().lastIndexOf(",{")), "cut off"],
  ["of another kind", () => page([], { kind: "PodList" }), "kind: not a ServiceList"],
  ["kubectl's List", () => page([], { kind: "List" }), "kind: not a ServiceList"],
  ["without items", () => page([], { items: undefined }), "items"],
  [
    "with a second items key",
    () => valid().replace('"items"', '"items":[],"items"'),
    'the body has the key "items" more than once',
  ],
  [
    "with a second items key in another spelling",
    () => valid().replace(/\}$/, ',"\\u0069tems":[]}'),
    'the body has the key "items" more than once',
  ],
  ["without a resourceVersion", () => page([], { metadata: {} }), "resourceVersion"],
  [
    "with a resourceVersion that has no order",
    () => page([], { metadata: { resourceVersion: "abc" } }),
    '"abc" is not a resourceVersion',
  ],
  ["with a Pod in it", () => page([{ ...identity(), kind: "Pod" }]), "items.0: v1 Pod is not a v1 Service"],
  [
    "with a Service of another API",
    () => page([{ ...identity(), apiVersion: "serving.knative.dev/v1", kind: "Service" }]),
    "is not a v1 Service",
  ],
  ["with an item that is no object", () => page([identity(), 1]), "items.1"],
  [
    "with an item without uid",
    () =>
      page([identity(), { ...item("a"), metadata: { name: "a", namespace: "shop", resourceVersion: "5" } }]),
    "items.1: metadata.name or metadata.uid is missing",
  ],
  [
    "with two Services default/kubernetes",
    () => page([identity(), identity("other"), item("a")]),
    "default/kubernetes follows default/kubernetes",
  ],
  [
    "with a second Service default/kubernetes further on",
    () => page([identity(), item("a"), identity("other")]),
    "a page was repeated or left out",
  ],
  ["out of order", () => page([identity(), item("b"), item("a")]), "a page was repeated or left out"],
  [
    "with a Service that is newer than the list",
    () => page([identity(), { ...item("a"), metadata: { ...item("a").metadata, resourceVersion: "12" } }]),
    "is newer than its list's",
  ],
  [
    "nested too deeply",
    () => `{"kind":"ServiceList","items":${"[".repeat(100)}${"]".repeat(100)}}`,
    "nests deeper than 64 levels",
  ],
  [
    "of more Services than were requested",
    () => page(items(501)),
    "more than the 500 Services that were requested",
  ],
];
