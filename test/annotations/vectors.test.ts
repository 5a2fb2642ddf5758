import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseIntent } from "../../shared/kubernetes/parseIntent.ts";
import { Service } from "../../shared/kubernetes/service.ts";
import { declarationOf } from "../../shared/admission/gather.ts";
import { checkRules } from "../../shared/admission/rules.ts";
import type { Intent } from "../../shared/kubernetes/intent.ts";
import {
  annotation,
  isInternal,
  plsSettings,
  subnetName,
  wantsPls,
  type Service as ClusterService,
} from "../../dev/sandbox/cluster/service.ts";

interface Case {
  id: string;
  annotations: Record<string, string>;
  spec?: Record<string, unknown>;
  old?: { annotations: Record<string, string> };
  expect: { intent?: Record<string, unknown>; findings?: string[] };
}

// The cases are kept beside the checkout, for every implementation of the reading; without them there is nothing to hold it to.
const PATH = join(import.meta.dirname, "../../../shared/vectors/annotations.json");
const casesIn = (path: string): Case[] => JSON.parse(readFileSync(path, "utf8"), plsOfLink).cases;
/** The cases beside the checkout name the Private Link Service of an intent `link`. */
const plsOfLink = (key: string, value: unknown) => {
  if (key !== "intent" || typeof value !== "object" || value === null || !("link" in value)) return value;
  const { link, ...rest } = value;
  return { ...rest, pls: link };
};
const beside = (name: string) => join(import.meta.dirname, name);
const cases = [
  ...casesIn(existsSync(PATH) ? PATH : beside("cases.json")),
  ...casesIn(beside("moreCases.json")),
];
const withIntent = cases.filter((one) => one.expect.intent);

function serviceOf({ annotations, spec }: Pick<Case, "annotations" | "spec">): Service {
  return Service.parse({
    metadata: { name: "case", namespace: "default", annotations },
    spec: { type: "LoadBalancer", ...spec },
  });
}

/** Only the fields in the case; null means that the field must be absent. */
function pick(actual: unknown, wanted: unknown): unknown {
  if (wanted === null) return actual ?? null;
  if (typeof wanted !== "object" || Array.isArray(wanted)) return actual;
  return Object.fromEntries(
    Object.entries(wanted).map(([key, value]) => [
      key,
      pick((actual as Record<string, unknown> | undefined)?.[key], value),
    ]),
  );
}

describe("an intent is read as the cloud controller reads it", () => {
  test("there are cases", () => expect(withIntent.length).toBeGreaterThan(20));

  test.each(withIntent.map((one) => [one.id, one] as const))("%s", (_, one) => {
    const intent: Intent = parseIntent(serviceOf(one));
    expect(pick(intent, one.expect.intent)).toEqual(one.expect.intent);
  });
});

describe("the rules that need no state fire where they must, and nowhere else", () => {
  const withFindings = cases.filter((one) => one.expect.findings);
  test("there are cases", () => expect(withFindings.length).toBeGreaterThan(20));

  test.each(withFindings.map((one) => [one.id, one] as const))("%s", (_, one) => {
    const findings = checkRules(
      {
        ...declarationOf(serviceOf(one)),
        ...(one.old && { old: declarationOf(serviceOf(one.old)) }),
        allowed: { excludedRanges: [] },
      },
      ({ severity }) => severity,
    );
    expect(findings.map(({ rule }) => rule).toSorted()).toEqual(one.expect.findings?.toSorted());
  });
});

describe("the sandbox's own controller reads the same", () => {
  test.each(withIntent.map((one) => [one.id, one] as const))("%s", (_, one) => {
    const service: ClusterService = JSON.parse(JSON.stringify(serviceOf(one)));
    const intent = parseIntent(serviceOf(one));
    expect(isInternal(service)).toBe(intent.internal);
    expect(subnetName(service)).toBe(intent.subnet);
    expect(wantsPls(service)).toBe(intent.pls !== undefined);
    if (!intent.pls) return;
    const { name, resourceGroup, subnet, natIps, fqdns, proxyProtocol, visibility, autoApproval } =
      intent.pls;
    expect(plsSettings(service)).toMatchObject({
      name,
      resourceGroup,
      subnet,
      addresses: natIps,
      fqdns,
      proxyProtocol,
      visibility,
      autoApproval,
    });
  });

  test("annotations are found under the controller's prefix", () => {
    const service = {
      metadata: { annotations: { "service.beta.kubernetes.io/azure-pls-name": "x" } },
    } as unknown as ClusterService;
    expect(annotation(service, "azure-pls-name")).toBe("x");
  });
});
