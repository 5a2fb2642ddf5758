/** What is read as manifests, and which problems are reported. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeText } from "../../cli/decodeText.ts";
import { expandFiles } from "../../cli/check/files.ts";
import { subjectOf } from "../../shared/admission/manifests/manifest.ts";
import { readManifests } from "../../shared/admission/manifests/read.ts";

const A = "service.beta.kubernetes.io/azure-";
const service = (name: string, some = "") =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: ${name}, annotations: { ${A}load-balancer-internal: "true" } }\nspec: { type: LoadBalancer${some} }\n`;
const json = (name: string) =>
  JSON.stringify({ apiVersion: "v1", kind: "Service", metadata: { name }, spec: {} }, null, "\t");
const withTemplate = (kind: string) =>
  JSON.stringify({
    kind,
    metadata: { name: "a", annotations: { [`${A}load-balancer-ipv4`]: "${IP}{{ .x }}" } },
  });

const subjects = (text: string, namespace?: string) =>
  readManifests("web.yaml", text, { namespace }).manifests.map(subjectOf);
const problems = (text: string) =>
  readManifests("web.yaml", text).problems.map(
    ({ position: { line, column }, message }) => `${line}:${column} ${message}`,
  );

describe("Services are found in", () => {
  test.each<[string, string, string[]]>([
    ["one document after another", `${service("a")}---\n${service("b")}`, ["default/a", "default/b"]],
    [
      "documents with Windows line ends",
      `${service("a")}---\n${service("b")}`.replaceAll("\n", "\r\n"),
      ["default/a", "default/b"],
    ],
    [
      "documents with directives and end markers",
      `%YAML 1.1\n---\n${service("a")}...\n---\n${service("b")}`,
      ["default/a", "default/b"],
    ],
    [
      "JSON values one after another",
      `${json("a")}\n${json("b")}${json("c")}`,
      ["default/a", "default/b", "default/c"],
    ],
    ["JSON values with braces in their text", `${json("a}{")}\n${json("b")}`, ["default/a}{", "default/b"]],
    [
      "a list in a list",
      `kind: List\nitems:\n- kind: List\n  items:\n  - { kind: Service, metadata: { name: a } }\n- { kind: ServiceList, items: [{ metadata: { name: b } }] }\n`,
      ["default/a", "default/b"],
    ],
    ["a ServiceList without kinds", `kind: ServiceList\nitems: [{ metadata: { name: a } }]\n`, ["default/a"]],
    [
      "aliases",
      `kind: List\nitems:\n- &a { kind: Service, metadata: { name: a } }\n- *a\n`,
      ["default/a", "default/a"],
    ],
    [
      "documents beside broken ones",
      `a: [\n---\n${service("b")}---\n"x\n---\n${service("c")}`,
      ["default/b", "default/c"],
    ],
    ["no other group", "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: { name: a }\n", []],
    ["no document of another kind", "kind: Deployment\nmetadata: { name: a }\n", []],
    ["no empty text", "", []],
    [
      "names that YAML 1.1 reads as something else",
      "kind: Service\nmetadata: { name: y, namespace: 1e3 }\n",
      ["1e3/y"],
    ],
  ])("%s", (_, text, expected) => expect(subjects(text)).toEqual(expected));

  test("the namespace of those that name none", () =>
    expect(
      subjects(`${service("a")}---\nkind: Service\nmetadata: { name: b, namespace: own }\n`, "shop"),
    ).toEqual(["shop/a", "own/b"]));
});

describe("unreadable content is reported with its position, and the rest is read", () => {
  test.each<[string, string, string[]]>([
    [
      "a broken document",
      `${service("a")}---\na: b: c\n`,
      ["6:4 Nested mappings are not allowed in compact mappings"],
    ],
    [
      "a key that stands twice in a Service",
      `${service("a")}metadata: { name: b }\n`,
      ["5:1 metadata: duplicate key"],
    ],
    ["a key that stands twice elsewhere", "kind: ConfigMap\ndata: { a: b, a: c }\n", []],
    [
      "text that is an object",
      `kind: Service\nmetadata:\n  name: a\n  annotations:\n    team: 5\n`,
      ["5:11 metadata.annotations.team: Invalid input: expected string, received number (quote it)"],
    ],
    [
      "nested annotations, at the key",
      `kind: Service\nmetadata:\n  annotations:\n    ${A.slice(0, 7)}:\n      beta: { x: true }\n`,
      [
        "4:5 metadata.annotations.service: annotations must not be nested: write service.beta.x as one key (helm --set: escape its dots, service\\.beta\\.x)",
      ],
    ],
    [
      "too many aliases",
      `a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nkind: Service\nmetadata: { annotations: { x: *c } }\n`,
      ["1:1 Excessive alias count indicates a resource exhaustion attack"],
    ],
  ])("%s", (_, text, expected) => expect(problems(text)).toEqual(expected));

  test.each<[string, string, string]>([
    [
      "control structures",
      `{{- if .Values.service }}\n${service("a")}{{- end }}\n---\n{{ x }}: [\n`,
      "1:1 unrendered template ({{- if .Values.service }})",
    ],
    [
      "entire mappings",
      `kind: Service\nmetadata:\n  annotations: {{ toYaml .Values.a }}\n`,
      "3:16 unrendered template ({{ toYaml .Values.a }})",
    ],
    [
      "quoted values",
      `kind: Service\nmetadata:\n  annotations:\n    ${A}load-balancer-ipv4: "{{ .Values.ip }}"\n`,
      "4:58 unrendered template ({{ .Values.ip }})",
    ],
    [
      "variables",
      `kind: Service\nmetadata:\n  annotations:\n    ${A}load-balancer-ipv4: \${IP}\n`,
      "4:58 unrendered template (${IP})",
    ],
    [
      "the type",
      `kind: Service\nmetadata: { name: a }\nspec: { type: "{{ .Values.type }}" }\n`,
      "3:15 unrendered template ({{ .Values.type }})",
    ],
    [
      "annotations elsewhere",
      `kind: X\nspec:\n  ${A}load-balancer-ipv4: "\${IP}"\n`,
      "3:56 unrendered template (${IP})",
    ],
  ])("a template is named as such in one line: %s", (_, text, expected) => {
    expect(problems(text)).toEqual([
      `${expected}: render it first (helm template, kustomize build, envsubst) and check the output`,
    ]);
    expect(subjects(text)).toEqual([]);
  });

  test.each<[string, string, string[]]>([
    ["a Service", withTemplate("Service"), ["default/a"]],
    ["annotations elsewhere", withTemplate("Gateway"), ["Gateway a metadata.annotations"]],
    [
      "several Services",
      `${withTemplate("Service")}\n${withTemplate("Service")}`,
      ["default/a", "default/a"],
    ],
  ])("text in JSON is data, also what looks like a template: %s", (_, text, expected) => {
    expect(problems(text)).toEqual([]);
    expect(subjects(text)).toEqual(expected);
  });

  test("JSON that does not parse may be a template", () => {
    const text = '{ "kind": "Service", "metadata": { "name": {{ .Values.name }} } }';
    expect(problems(text)).toEqual([expect.stringContaining("unrendered template ({{ .Values.name }})")]);
  });

  test.each([
    ["annotations of others", `kind: Service\nmetadata: { name: a, annotations: { consul: "{{ .x }}" } }\n`],
    ["data", `kind: ConfigMap\ndata:\n  rules: |\n    {{ .x }}\n---\n${service("a")}`],
  ])("templates in %s are what they are", (_, text) => {
    expect(problems(text)).toEqual([]);
    expect(subjects(text)).toEqual(["default/a"]);
  });
});

describe("text is decoded as", () => {
  const text = "kind: Service # é\n";
  const utf16 = Buffer.from(text, "utf16le");
  test.each<[string, Buffer]>([
    ["UTF-8", Buffer.from(text)],
    ["UTF-8 with a byte order mark", Buffer.from(`\uFEFF${text}`)],
    ["UTF-16 of little end with a byte order mark", Buffer.from(`\uFEFF${text}`, "utf16le")],
    ["UTF-16 of little end", utf16],
    ["UTF-16 of big end with a byte order mark", Buffer.from(`\uFEFF${text}`, "utf16le").swap16()],
    ["UTF-16 of big end", Buffer.from(utf16).swap16()],
  ])("%s", (_, bytes) => expect(decodeText("x", bytes)).toBe(text));

  test("nothing else", () =>
    expect(() => decodeText("x", Buffer.from([0x61, 0xff, 0x61]))).toThrow(
      "x cannot be read: it is neither UTF-8 nor UTF-16",
    ));
});

describe("names on the command line", () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "mooring-files-"));
    for (const name of [
      "b.yaml",
      "a.yml",
      "x.json",
      "notes.md",
      "sub/c.yaml",
      "sub/deep/d.yaml",
      ".git/e.yaml",
      "node_modules/f.yaml",
    ]) {
      await mkdir(dirname(join(root, name)), { recursive: true });
      await writeFile(join(root, name), "");
    }
  });
  afterAll(() => rm(root, { recursive: true }));

  test.each<[string, string[]]>([
    ["", ["a.yml", "b.yaml", "sub/c.yaml", "sub/deep/d.yaml", "x.json"]],
    ["/*.yaml", ["b.yaml"]],
    ["/**/*.yaml", ["b.yaml", "sub/c.yaml", "sub/deep/d.yaml"]],
    ["/sub/?.yaml", ["sub/c.yaml"]],
    ["/{a,b}.y{a,}ml", ["a.yml", "b.yaml"]],
    ["/[!a].yaml", ["b.yaml"]],
    ["/notes.md", ["notes.md"]],
    ["/missing.yaml", ["missing.yaml"]],
  ])("%s", async (name, expected) =>
    expect(await expandFiles([`${root}${name}`])).toEqual(expected.map((one) => `${root}/${one}`)),
  );

  test("each file once, standard input as it is", async () =>
    expect(await expandFiles(["-", `${root}/b.yaml`, `${root}/*.yaml`])).toEqual(["-", `${root}/b.yaml`]));

  test("folders and globs without manifests", async () =>
    await expect(expandFiles([`${root}/*.toml`])).rejects.toThrow(`${root}/*.toml: no manifests found`));
});
