import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { EXAMPLES, findExample } from "../../web/views/playground/examples.ts";
import { applySuggestion, askerOf, askFor, lineOf } from "../../web/views/playground/manifest.ts";

const A = "service.beta.kubernetes.io/azure-";
const MANIFEST = `# mine
apiVersion: v1
kind: Service
metadata:
  name: web # the shop
  annotations:
    ${A}load-balancer-internal: "true"
    ${A}load-balancer-ipv4: "10.240.8.60"
    ${A}load-balancer-ip4: x
    ${A}pls-ip-configuration-ip-address: "10.240.10.4 10.240.10.5"
spec:
  loadBalancerIP: 10.240.8.60
`;

test.each([
  [`${A}load-balancer-ipv4`, 8],
  ["spec.loadBalancerIP", 12],
  ["metadata.name", 5],
  [`${A}load-balancer-ipv6`, undefined],
  ["spec.ports", undefined],
])("%s stands in line %s", (field, line) => expect(lineOf(MANIFEST, field)).toBe(line));

test("text that is no YAML has no lines to point at, and is not lost", () => {
  expect(lineOf("{ not: [yaml", "metadata.name")).toBeUndefined();
  expect(lineOf("", "metadata.name")).toBeUndefined();
});

describe("a suggestion", () => {
  const rest = (text: string, line: number) => text.split("\n").filter((_, index) => index !== line - 1);

  test.each<[string, string, string, string, number]>([
    ["takes the place of a value", `${A}load-balancer-ipv4`, "taken", "10.240.8.61", 8],
    ["takes the place of a field", "spec.loadBalancerIP", "taken", "10.240.8.61", 12],
    [
      "takes the place of one of a list",
      `${A}pls-ip-configuration-ip-address`,
      "10.240.10.5 is taken",
      "10.240.10.9",
      10,
    ],
    [
      "takes the place of a key that was meant to be it",
      `${A}load-balancer-ip4`,
      "not read",
      `${A}load-balancer-ipv6`,
      9,
    ],
  ])("%s, and everything else stays", (_, ...[field, message, suggestion, line]) => {
    const text = applySuggestion(MANIFEST, { field, message }, suggestion);
    expect(text.split("\n")[line - 1]).toContain(suggestion);
    expect(rest(text, line)).toEqual(rest(MANIFEST, line));
  });

  test("for one of a list leaves the others", () => {
    const field = `${A}pls-ip-configuration-ip-address`;
    const text = applySuggestion(MANIFEST, { field, message: "10.240.10.5 is taken" }, "10.240.10.9");
    expect(parse(text).metadata.annotations[field]).toBe("10.240.10.4 10.240.10.9");
  });
});

test("an address is requested where there were no annotations", () => {
  const text = askFor("kind: Service\nmetadata:\n  name: web\n", "10.240.8.9", "frontend");
  expect(parse(text).metadata).toEqual({
    name: "web",
    annotations: { [`${A}load-balancer-ipv4`]: "10.240.8.9" },
  });
});

test("text that is being typed and no YAML yet stays as it is", () => {
  expect(askFor("{ not: [yaml", "10.240.8.9", "frontend")).toBe("{ not: [yaml");
});

test("an address for the Private Link Service is recognized as its NAT address", () => {
  const text = askFor(MANIFEST, "10.240.10.7", "pls");
  expect(parse(text).metadata.annotations[`${A}pls-ip-configuration-ip-address`]).toBe("10.240.10.7");
  expect([askerOf(text, "10.240.10.7"), askerOf(text, "10.240.8.60"), askerOf("", "10.0.0.4")]).toEqual([
    "pls",
    "frontend",
    "frontend",
  ]);
});

test("every example is a Service, and has the surroundings in it", () => {
  for (const { write } of EXAMPLES)
    expect(parse(write({}))).toMatchObject({ kind: "Service", spec: { type: "LoadBalancer" } });
  expect(findExample("taken").write({ taken: "10.1.2.3" })).toContain("10.1.2.3");
  expect(findExample("nonsense")).toBe(EXAMPLES[0]);
});
