/** What people write: manifests, the policy, settings. */
import { isDeepStrictEqual } from "node:util";
import { FORMATS } from "../../../cli/check/formats.ts";
import { parseDocument } from "../../../cli/policy/document.ts";
import { parseIntent } from "../../../shared/kubernetes/parseIntent.ts";
import { Service } from "../../../shared/kubernetes/service.ts";
import { judge } from "../../../shared/admission/judge.ts";
import { readManifests } from "../../../shared/admission/manifests/read.ts";
import { defaultPolicy, Policy } from "../../../shared/policy/policy.ts";
import { checkPolicy } from "../../../shared/audit/applyPolicy.ts";
import { parseSettings } from "../../../shared/core/settings.ts";
import { hold, jsonOr, refusable, type Target } from "../target.ts";

const A = "service.beta.kubernetes.io/azure-";

const MANIFEST = `apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
  annotations:
    ${A}load-balancer-internal: "true"
    ${A}load-balancer-ipv4: 10.0.1.10
    ${A}pls-create: "true"
    ${A}pls-ip-configuration-ip-address: 10.0.1.4 10.0.1.5
    ${A}pls-visibility: "*"
spec:
  type: LoadBalancer
  loadBalancerIP: 10.0.1.9
  ports: [{ port: 80, protocol: TCP }]
`;
const LIST = `kind: List
items:
- &web {kind: Service, metadata: {name: a}, spec: {type: LoadBalancer}}
- *web
---
{"kind": "ServiceList", "items": [{"metadata": {"name": "b"}, "spec": {"type": "LoadBalancer"}}]}
`;
const SERVICE = JSON.stringify({
  kind: "Service",
  metadata: {
    name: "web",
    uid: "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
    annotations: {
      [`${A}load-balancer-internal`]: "true",
      [`${A}load-balancer-internal-subnet`]: "apps",
      [`${A}load-balancer-ipv6`]: "fd00::1",
      [`${A}pls-create`]: " True ",
      [`${A}pls-auto-approval`]: "11111111-1111-1111-1111-111111111111  *",
      [`${A}pls-ip-configuration-ip-address-count`]: "+3",
      "mooring.dev/address": "auto",
    },
  },
  spec: {
    type: "LoadBalancer",
    ipFamilies: ["IPv4", "IPv6"],
    loadBalancerIP: "fd00::2",
    ports: [{ port: 1 }],
  },
});
const SETTINGS = `MOORING_SUBSCRIPTIONS=11111111-1111-1111-1111-111111111111
AzureWebJobsStorage=UseDevelopmentStorage=true
MOORING_ARM_ENDPOINT=https://127.0.0.1:7443
MOORING_WEBHOOK_URL=https://example.test/x
MOORING_WEBHOOK_SECRET=whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8`;

export const documents: readonly Target[] = [
  {
    name: "manifest",
    seeds: [MANIFEST, LIST, SERVICE],
    async check(text) {
      const { manifests, problems } = readManifests("web.yaml", text);
      for (const { position } of problems)
        hold(position.line >= 1 && position.column >= 1, "a place in the file");
      for (const manifest of manifests)
        for (const field of ["spec.loadBalancerIP", `${A}pls-create`, "metadata.annotations"]) {
          const { line, column } = manifest.position(field);
          hold(line >= 1 && column >= 1, "a place in the file");
        }
      const judged = await judge(manifests, { policy: defaultPolicy, old: [] });
      for (const format of Object.values(FORMATS))
        hold(typeof format({ judged, problems }) === "string", "it is shown");
      JSON.parse(FORMATS.sarif({ judged, problems }));
    },
  },
  {
    name: "annotations",
    seeds: [SERVICE],
    check(text) {
      const parsed = Service.safeParse(jsonOr(text));
      if (!parsed.success) return;
      const intent = parseIntent(parsed.data);
      const { pls } = intent;
      hold(isDeepStrictEqual(intent, parseIntent(parsed.data)), "same Service, same intent");
      if (!pls) return;
      hold(new Set(pls.natIps).size === pls.natIps.length, "no NAT address twice");
      hold(pls.primaryNatIp === pls.natIps[0], "the first is primary");
      hold(!pls.visibility.includes("*") || pls.visibility.length === 1, "an entry * replaces the others");
      hold(Number.isInteger(pls.natIpCount), "a count is an integer");
    },
  },
  {
    name: "policy",
    seeds: [
      "modes: { privateLinkServices: observe, sweep: enforce }\nrules: { address-claimed: warn }\n",
      "freeze: [{ fromUtc: '2026-12-20T00:00:00Z', toUtc: '2027-01-02T00:00:00Z', why: holidays }]\n",
      "addressPools: [{ name: web, ranges: [10.0.1.8/29, 10.0.1.20-10.0.1.30] }]\nexcludedRanges: [10.0.0.0/28]\n",
      "overrides: [{ clusters: [one], namespaces: [shop], rules: { subnet-missing: off } }]\nsubnets: [{ allowed: [apps] }]\n",
      '{"scope": {"sweep": {"names": ["a*"], "excludeTags": ["k=v"]}}, "sweepGraceByKind": {"pls": 0}}',
    ],
    check(text) {
      const policy = refusable(() => checkPolicy(parseDocument(text, "policy.yaml")));
      if (policy) hold(isDeepStrictEqual(Policy.parse(policy), policy), "a parsed policy is a policy");
    },
  },
  {
    name: "settings",
    seeds: [SETTINGS, `${SETTINGS}\nMOORING_LOCAL_OPERATOR=me`],
    check(text) {
      const env = Object.fromEntries(text.split("\n").map((line) => line.split(/=(.*)/s).slice(0, 2)));
      refusable(() => parseSettings(env));
    },
  },
];
