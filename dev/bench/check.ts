/** A thousand manifests read and judged without the inventory, beside the same text parsed and nothing else. */
import { parseAllDocuments } from "yaml";
import { readManifests } from "../../shared/admission/manifests/read.ts";
import { judge } from "../../shared/admission/judge.ts";
import { defaultPolicy } from "../../shared/policy/policy.ts";
import { milliseconds, quantile, type Figure } from "./figures.ts";

const MANIFESTS = 1000;
const ROUNDS = 5;

export async function check(): Promise<Figure[]> {
  const text = Array.from({ length: MANIFESTS }, (_, n) => manifest(n)).join("---\n");
  const [ours, floor] = [[], []] as [number[], number[]];
  for (let round = 0; round < ROUNDS; round += 1) {
    floor.push(await milliseconds(async () => parseAllDocuments(text, { version: "1.1" })));
    ours.push(await milliseconds(() => judged(text)));
  }
  return [
    {
      name: `${MANIFESTS} manifests read and judged`,
      unit: "ms",
      ours: quantile(ours, 0.5),
      floor: { what: "the same text parsed", value: quantile(floor, 0.5) },
      aim: { value: 2000 },
    },
  ];
}

async function judged(text: string): Promise<number> {
  const { manifests } = readManifests("all.yaml", text);
  return (await judge(manifests, { policy: defaultPolicy, old: [] })).length;
}

function manifest(n: number): string {
  const A = "service.beta.kubernetes.io/azure-";
  return `apiVersion: v1
kind: Service
metadata:
  name: service-${n}
  namespace: shop-${n % 20}
  labels: { app: service-${n} }
  annotations:
    ${A}load-balancer-internal: "true"
    ${A}load-balancer-ipv4: 10.${n % 200}.${Math.floor(n / 200)}.9
    ${A}pls-create: "true"
    ${A}pls-name: pls-${n}
    ${A}pls-visibility: "*"
spec:
  type: LoadBalancer
  selector: { app: service-${n} }
  ports:
    - { name: http, port: 80, targetPort: 8080 }
    - { name: https, port: 443, targetPort: 8443 }
`;
}
