/** A list in pieces of any size is the same list; what is no whole list is refused, whatever piece is missing. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readServices, type ListForm } from "../../shared/intents/readServices.ts";

const service = (name: string, type = "LoadBalancer", some: object = {}) => ({
  kind: "Service",
  metadata: { name, namespace: "shop", managedFields: [{ "f:spec": { a: [{}, []] } }] },
  spec: { type, ports: [{ port: 80 }] },
  ...some,
});
// As kubectl writes it: the items before the kind and the metadata.
const list = (items: object[] | null, metadata: object = {}) =>
  JSON.stringify({ apiVersion: "v1", items, kind: "List", metadata });
const lines = (items: object[], ...last: object[]) =>
  [...items, ...last].map((one) => JSON.stringify(one)).join("\n");
const END = { apiVersion: "v1", kind: "ServiceList", metadata: { resourceVersion: "7" } };

async function* pieces(text: string, size = text.length): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}
const names = async (text: string, form: ListForm = "list", size?: number) =>
  (await readServices(pieces(text, size), form)).map(({ metadata }) => metadata.name);

describe("the load balancers of a list", () => {
  const items = [service("a"), service("b", "ClusterIP"), service("c")];
  test.each<[string, string, ListForm, string[]]>([
    ["as kubectl writes it", list(items), "list", ["a", "c"]],
    ["that is empty", list([]), "list", []],
    ["that is empty, as Go may write it", list(null), "list", []],
    ["as lines, with the list as the last one", lines(items, END), "lines", ["a", "c"]],
    ["as lines with a line feed at the end", `${lines(items, END)}\n`, "lines", ["a", "c"]],
    [
      "with a Service called items, metadata or kind",
      list([service("items", "LoadBalancer", { items: [1], continue: "x" })]),
      "list",
      ["items"],
    ],
  ])("%s", async (_, text, form, expected) => expect(await names(text, form)).toEqual(expected));

  test("is the same in pieces of any size", () => {
    const forms = fc.constantFrom<ListForm>("list", "lines");
    return fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 200 }), forms, async (size, form) => {
        expect(await names(form === "list" ? list(items) : lines(items, END), form, size)).toEqual([
          "a",
          "c",
        ]);
      }),
    );
  });
});

describe("what is no whole list is refused", () => {
  test.each<[string, string, ListForm, string]>([
    [
      "a part",
      list([], { continue: "token" }),
      "list",
      "metadata.continue: the list is only a part; send it whole",
    ],
    [
      "other things",
      list([service("a"), { kind: "Pod", metadata: {} }]),
      "list",
      "items.1: a Pod, not a Service",
    ],
    [
      "another kind",
      '{"kind":"Service","items":[]}',
      "list",
      "kind: not a list of Services: send `kubectl get services --all-namespaces -o json`",
    ],
    [
      "no items",
      '{"kind":"List"}',
      "list",
      "items: missing: send `kubectl get services --all-namespaces -o json`",
    ],
    ["nothing", "", "list", "kind: not a list of Services"],
    ["no object", "[]", "list", "kind: not a list of Services"],
    ["more levels than any object has", "[".repeat(5_000_000), "list", "nested deeper than 100 levels"],
    [
      "more of them beside its items",
      `{"kind":"List","metadata":${"[".repeat(5_000_000)}`,
      "list",
      "nested deeper than 100 levels",
    ],
    ["text behind it", `${list([])}{}`, "list", "the body is not JSON"],
    ["lines without their end", lines([service("a")]), "lines", "the last line is not the list itself"],
    [
      "lines behind the end",
      lines([service("a")], END, service("b")),
      "lines",
      "the list itself is not the last line",
    ],
    [
      "lines of a part",
      lines([service("a")], { ...END, metadata: { continue: "x" } }),
      "lines",
      "metadata.continue: the list is only a part",
    ],
    [
      "a line that breaks off",
      `${JSON.stringify(service("a"))}\n{"kind":"Serv`,
      "lines",
      "the body is not JSON",
    ],
    [
      "a Service with a wrong field",
      list([service("a", "LoadBalancer", { spec: { type: 5 } })]),
      "list",
      "items.0.spec.type: ",
    ],
  ])("%s", async (_, text, form, problem) => expect(names(text, form)).rejects.toThrow(problem));

  test("wherever it breaks off", () => {
    const whole = list([service("a"), service("b")]);
    return fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (length) => {
        await expect(names(whole.slice(0, length))).rejects.toThrow();
      }),
    );
  });
});

test("a list of fifty megabytes leaves only its load balancers in memory", async () => {
  const filler = "x".repeat(20_000);
  async function* large(): AsyncGenerator<string> {
    yield '{"kind":"List","metadata":{},"items":[';
    for (let n = 0; n < 2500; n += 1)
      yield `${n === 0 ? "" : ","}${JSON.stringify(service(`s${n}`, n % 100 === 0 ? "LoadBalancer" : "ClusterIP", { status: { filler } }))}`;
    yield "]}";
  }
  const services = await readServices(large(), "list");
  expect(services).toHaveLength(25);
  expect(JSON.stringify(services).length).toBeLessThan(10_000);
});
