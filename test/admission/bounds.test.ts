import { describe, expect, test } from "vitest";
import { boundsExceeded } from "../../shared/admission/bounds.ts";
import { AdmissionReview, requestsNothing, requireServices } from "../../shared/admission/review.ts";

const A = "service.beta.kubernetes.io/azure-";
const annotated = (name: string, value: string) => ({ metadata: { annotations: { [A + name]: value } } });
const ports = (count: number) => ({ spec: { ports: Array.from({ length: count }, () => ({ port: 80 })) } });

describe("what a reviewed Service may have", () => {
  test.each<[string, unknown, string[]]>([
    ["as many ports as the bound", ports(5000), []],
    ["one port more", ports(5001), ["object.spec.ports: has more than 5000 entries"]],
    [
      "more IP families than there are",
      { spec: { ipFamilies: Array(1001).fill("IPv4") } },
      ["object.spec.ipFamilies: has more than 1000 entries"],
    ],
    [
      "more addresses than a load balancer has",
      { status: { loadBalancer: { ingress: Array.from({ length: 1001 }, () => ({})) } } },
      ["object.status.loadBalancer.ingress: has more than 1000 entries"],
    ],
    ["as many subscriptions as the bound", annotated("pls-visibility", Array(1000).fill("a").join(" ")), []],
    [
      "one subscription more",
      annotated("pls-visibility", Array(1001).fill("a").join(" ")),
      [`object.metadata.annotations.${A}pls-visibility: has more than 1000 entries`],
    ],
    [
      "nothing but blanks, which take as long to skip",
      annotated("pls-fqdns", " ".repeat(1000)),
      [`object.metadata.annotations.${A}pls-fqdns: has more than 1000 entries`],
    ],
    ["one long value that is no list", annotated("pls-name", "a ".repeat(5000)), []],
    ["nothing that could be counted", { spec: "no", metadata: [], status: null }, []],
    ["no object", null, []],
  ])("%s", (_, object, problems) => {
    expect(boundsExceeded(object, "object")).toEqual(problems);
  });
});

describe("an update of a Service that cannot be read", () => {
  const metadata = { name: "web", annotations: { note: "x" } };
  const spec = { type: "LoadBalancer" };
  const before = { metadata, spec };
  test.each<[string, AdmissionReview["request"]["operation"], unknown, unknown, boolean]>([
    [
      "that removes a finalizer",
      "UPDATE",
      { ...before, metadata: { ...metadata, finalizers: [] } },
      before,
      true,
    ],
    [
      "that is being deleted",
      "UPDATE",
      { metadata, spec: {} },
      { ...before, metadata: { ...metadata, deletionTimestamp: "2026-11-23T12:00:00Z" } },
      true,
    ],
    [
      "with another annotation",
      "UPDATE",
      { ...before, metadata: { annotations: { note: "y" } } },
      before,
      false,
    ],
    ["with another spec", "UPDATE", { metadata, spec: { type: "ClusterIP" } }, before, false],
    [
      "that claims to be deleted",
      "UPDATE",
      { metadata: { annotations: {}, deletionTimestamp: "2026-11-23T12:00:00Z" }, spec },
      before,
      false,
    ],
    ["that is created like another", "CREATE", before, before, false],
    ["whose objects were not read", "UPDATE", undefined, undefined, false],
    ["whose metadata is no object", "UPDATE", { metadata: "no" }, { metadata: "no" }, false],
  ])("%s", (_, operation, object, oldObject, expected) => {
    expect(requestsNothing({ operation, object, oldObject })).toBe(expected);
  });

  test("that makes it small enough is judged: the old one is left out", () => {
    const kind = { group: "", version: "v1", kind: "Service" };
    const oldObject = { metadata: { name: "web" }, ...ports(5001) };
    const object = { metadata: { name: "web" }, ...ports(1) };
    const request = { uid: "u", kind, operation: "UPDATE" as const, namespace: "shop", name: "web" };
    const read = (some: object) =>
      requireServices(
        AdmissionReview.parse({
          apiVersion: "admission.k8s.io/v1",
          kind: "AdmissionReview",
          request: { ...request, ...some },
        }),
      );
    expect(read({ object, oldObject })).toMatchObject({ object: { metadata: { name: "web" } } });
    expect(read({ object, oldObject })).not.toHaveProperty("oldObject");
    expect(() => read({ object: oldObject, oldObject: object })).toThrow("has more than 5000 entries");
    expect(() => read({ operation: "DELETE", object: null, oldObject })).toThrow(
      "request.oldObject.spec.ports",
    );
  });
});
