/**
 * Faults from real use, each with its right value in every format. Left out: case 01, an address that a scale-set node holds, which
 * needs scale sets in the inventory.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeText } from "../../cli/decodeText.ts";
import { checkText, formatted, found, seeded } from "./checked.ts";

const require = createRequire(import.meta.url);
const Ajv = require("ajv-draft-04");
const ajv = new Ajv({ strict: false, unicodeRegExp: false });
require("ajv-formats")(ajv);
const isSarif = ajv.compile(require("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"));

// The cases are kept beside the checkout; a copy is here for checkouts alone.
const BESIDE = join(import.meta.dirname, "../../../shared/cases");
const FOLDER = existsSync(BESIDE) ? BESIDE : join(import.meta.dirname, "cases");

interface Case {
  readonly file: string;
  /** `rule severity line`. */
  readonly offline: readonly string[];
  /** With the inventory, if that is more. */
  readonly online?: readonly string[];
  /** What cannot be read: `line: message`. */
  readonly problems?: readonly string[];
  /** What the text must contain. */
  readonly says: readonly string[];
}

const unknown = [11, 12, 13, 14, 15, 16, 17].map((line) => `unknown-annotation warn ${line}`);
const CASES: readonly Case[] = [
  {
    file: "02-private-address-on-public.yaml",
    offline: ["private-address-on-public warn 10"],
    online: ["private-address-on-public deny 10"],
    says: [
      "is a private address, but the load balancer is public: did you forget azure-load-balancer-internal",
    ],
  },
  {
    file: "03-two-of-one-run.yaml",
    offline: ["pls-name-taken deny 11", "address-port-conflict deny 11"],
    says: ["shop/one  allow", "shop/two  deny", "TCP/443 on 10.240.8.200 is in use by Service shop/one"],
  },
  { file: "04-pip-name-ipv6.yaml", offline: [], says: ["edge/edge-public  allow"] },
  {
    file: "06-operators-objects.yaml",
    offline: [
      "internal-not-true deny 10",
      "private-address-on-public warn 11",
      "internal-not-true deny 16",
      "internal-not-true deny 22",
      "private-address-on-public warn 22",
    ],
    online: [
      "internal-not-true deny 10",
      "private-address-on-public deny 11",
      "internal-not-true deny 16",
      "internal-not-true deny 22",
      "private-address-on-public warn 22",
    ],
    says: [
      "NginxIngressController corp spec.loadBalancerAnnotations  deny",
      "EnvoyProxy p spec.provider.kubernetes.envoyService.annotations  deny",
      "HelmRelease ingress/ingress-nginx spec.values.controller.service.annotations  deny",
      "Annotations in 3 other objects: 3 denied",
    ],
  },
  {
    file: "07-gateway-api.yaml",
    offline: [
      "annotation-outside-service warn 9",
      "internal-not-true deny 20",
      "private-address-on-public warn 21",
    ],
    online: [
      "annotation-outside-service warn 9",
      "internal-not-true deny 20",
      "private-address-on-public deny 21",
    ],
    says: ["AWX tower metadata.annotations  warn", "Gateway edge/gw spec.infrastructure.annotations  deny"],
  },
  {
    file: "08-load-balancer-class.yaml",
    offline: ["load-balancer-class-other warn 14"],
    says: ["edge/meshed  warn", "class tailscale is not handled by Azure"],
  },
  {
    file: "10-block-scalar-list.yaml",
    offline: [
      "pls-visibility-malformed deny 13",
      "pls-auto-approval-malformed deny 14",
      "pls-fqdn-malformed deny 17",
    ],
    says: ["the separator is a line break: use spaces", "the separator is a comma"],
  },
  {
    file: "12-duplicate-key-elsewhere.yaml",
    offline: ["internal-not-true deny 11"],
    says: ["default/y  deny"],
  },
  {
    file: "14-nested-annotations.yaml",
    offline: [],
    problems: ["10: metadata.annotations.service: annotations must not be nested"],
    says: ["1 error reading the manifests"],
  },
  {
    file: "17-transposed-key.yaml",
    offline: unknown,
    says: ["did you mean service.beta.kubernetes.io/azure-load-balancer-internal?"],
  },
  { file: "18-utf16le-powershell.yaml", offline: ["internal-not-true deny 7"], says: ["edge/win  deny"] },
];

const checkCase = async (file: string, setting = {}) =>
  checkText(decodeText(file, await readFile(join(FOLDER, file))), { file, ...setting });

describe.each(CASES)("$file", ({ file, offline, online = offline, problems = [], says }) => {
  const places = (checked: Awaited<ReturnType<typeof checkText>>) =>
    checked.problems.map(({ position: { line }, message }) => `${line}: ${message}`);

  test("without the inventory", async () => {
    const checked = await checkCase(file);
    expect(found(checked)).toEqual(offline);
    expect(places(checked)).toEqual(problems.map((problem) => expect.stringContaining(problem)));
    const { text } = formatted(checked);
    for (const part of says) expect(text).toContain(part);
  });

  test("with the inventory", async () => {
    const checked = await checkCase(file, await seeded());
    expect(found(checked)).toEqual(online);
    expect(places(checked)).toHaveLength(problems.length);
  });

  test("as JSON, SARIF and annotations of a pull request", async () => {
    const checked = await checkCase(file);
    const { json, sarif, github } = formatted(checked);
    const { services, outside, problems: unread } = JSON.parse(json);
    const findings = [...services, ...outside].flatMap((one: any) => one.findings);
    const told = findings.map(({ rule, severity, line }: any) => `${rule} ${severity} ${line}`);
    expect(told.toSorted()).toEqual([...offline].toSorted());
    expect(unread).toMatchObject(problems.map((problem) => ({ file, line: Number.parseInt(problem, 10) })));

    const log = JSON.parse(sarif);
    expect([isSarif(log), isSarif.errors]).toEqual([true, null]);
    const results = log.runs[0].results.map(
      ({ ruleId, level, locations }: any) =>
        `${ruleId} ${level} ${locations[0].physicalLocation.region.startLine}`,
    );
    const LEVELS: Record<string, string> = { deny: "error", warn: "warning" };
    expect(results).toEqual([
      ...offline.map((one) => one.replace(/ (deny|warn) /, (_, severity: string) => ` ${LEVELS[severity]} `)),
      ...problems.map((problem) => `manifest-unreadable error ${Number.parseInt(problem, 10)}`),
    ]);

    const lines = github === "" ? [] : github.split("\n");
    expect(lines).toHaveLength(offline.length + problems.length);
    for (const line of lines)
      expect(line).toMatch(/^::(error|warning) file=[^,]+,line=\d+,col=\d+,title=[\w-]+::/);
  });
});
