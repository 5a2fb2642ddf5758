import { describe, expect, test } from "vitest";
import { boundsExceeded } from "../../shared/gate/bounds.ts";

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
