/** Manifests in the shapes that controllers, charts and operators give them: what is found in each, and where. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { subjectOf } from "../../shared/admission/manifests/manifest.ts";
import { checkText, found, seeded } from "./checked.ts";

const FOLDER = join(import.meta.dirname, "corpus");

interface Expected {
  readonly subjects: readonly string[];
  readonly found: readonly string[];
  readonly problems?: readonly string[];
}

const CORPUS: Readonly<Record<string, Expected>> = {
  "app-routing.yaml": {
    subjects: [
      "NginxIngressController inside spec.loadBalancerAnnotations",
      "Ingress shop/shop metadata.annotations",
    ],
    found: ["annotation-outside-service warn 19"],
  },
  "argo-cd.yaml": {
    subjects: [
      "Application argocd/edge spec.source.helm.values.controller.service.annotations",
      "Application argocd/edge spec.source.helm.parameters",
      "Application argocd/api spec.info[0].value",
      "Application argocd/api spec.sources[0].helm.valuesObject.service.annotations",
    ],
    found: [
      "internal-not-true deny 13",
      "private-address-on-public warn 15",
      "annotation-outside-service warn 23",
      "pls-settings-without-create warn 30",
    ],
  },
  "awx.yaml": { subjects: ["AWX awx/tower spec.service_annotations"], found: ["internal-not-true deny 8"] },
  "envoy-gateway.yaml": {
    subjects: ["EnvoyProxy envoy-gateway-system/inside spec.provider.kubernetes.envoyService.annotations"],
    found: ["address-in-use deny 13"],
  },
  "flux.yaml": {
    subjects: [
      "HelmRelease shop/queue spec.values.service.annotations",
      "HelmRelease shop/queue spec.postRenderers[0].kustomize.patches[0].patch",
      "Kustomization flux-system/apps spec.patches[0].patch.metadata.annotations",
    ],
    found: ["unknown-annotation warn 12", "internal-settings-ignored warn 19", "internal-not-true deny 33"],
  },
  "ingress-nginx-values.yaml": {
    subjects: ["values controller.service.annotations"],
    found: [],
    problems: [
      "10:66 controller.service.internal.annotations.service.beta.kubernetes.io/azure-load-balancer-internal: expected string, received boolean (quote it)",
    ],
  },
  "ingress-nginx.yaml": {
    subjects: ["edge/edge-ingress-nginx-controller", "edge/edge-ingress-nginx-controller-internal"],
    found: [],
  },
  "istio.yaml": {
    subjects: [
      "IstioOperator istio-system/mesh spec.components.ingressGateways[0].k8s.serviceAnnotations",
      "Gateway mesh/mesh metadata.annotations",
    ],
    found: ["internal-not-true deny 24"],
  },
  "kong.yaml": {
    subjects: ["kong/kong-proxy", "kong/kong-admin", "kong/kong-manager"],
    found: ["address-port-conflict deny 12"],
  },
  "traefik.yaml": {
    subjects: ["HelmChartConfig kube-system/traefik spec.valuesContent.service.annotations", "edge/traefik"],
    found: ["address-malformed deny 11", "pls-proxy-protocol warn 22"],
  },
};

test("every manifest of the corpus has its expectation", async () =>
  expect((await readdir(FOLDER)).toSorted()).toEqual(Object.keys(CORPUS)));

describe.each(Object.entries(CORPUS))("%s", (file, expected) => {
  test("is judged as it is, against the inventory", async () => {
    const text = await readFile(join(FOLDER, file), "utf8");
    const checked = await checkText(text, { file, ...(await seeded()) });
    expect(checked.judged.map(subjectOf)).toEqual(expected.subjects);
    expect(found(checked)).toEqual(expected.found);
    const problems = checked.problems.map(
      ({ position: { line, column }, message }) => `${line}:${column} ${message}`,
    );
    expect(problems).toEqual(expected.problems ?? []);
  });
});
