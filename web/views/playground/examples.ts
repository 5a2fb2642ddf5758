/** Example Services; each triggers a different verdict. Pure. */

/** Data of the selected cluster that the examples use. */
export interface Surroundings {
  /** A free address of its default subnet, and a used one. */
  readonly free?: string | undefined;
  readonly taken?: string | undefined;
  /** A subnet that allows Private Link Services. */
  readonly plsSubnet?: string | undefined;
}

export interface Example {
  readonly id: string;
  readonly title: string;
  readonly write: (surroundings: Surroundings) => string;
}

const A = "service.beta.kubernetes.io/azure-";
const INTERNAL = `${A}load-balancer-internal: "true"`;

export const EXAMPLES: readonly Example[] = [
  { id: "internal", title: "Internal, any address", write: () => service({ annotations: [INTERNAL] }) },
  {
    id: "free",
    title: "Free static address",
    write: ({ free = "10.240.8.200" }) =>
      service({ annotations: [INTERNAL, `${A}load-balancer-ipv4: "${free}"`] }),
  },
  {
    id: "taken",
    title: "Used static address",
    write: ({ taken = "10.240.8.60" }) =>
      service({ annotations: [INTERNAL, `${A}load-balancer-ipv4: "${taken}"`] }),
  },
  {
    id: "pls",
    title: "With a Private Link Service",
    write: ({ plsSubnet }) =>
      service({
        annotations: [
          INTERNAL,
          `${A}pls-create: "true"`,
          `${A}pls-name: "pls-playground"`,
          ...(plsSubnet === undefined ? [] : [`${A}pls-ip-configuration-subnet: "${plsSubnet}"`]),
          `${A}pls-visibility: "*"`,
        ],
      }),
  },
  {
    id: "ports",
    title: "Several ports",
    write: () => service({ annotations: [INTERNAL], ports: [80, 443, 8080] }),
  },
  {
    id: "mistakes",
    title: "Mistakes in the annotations",
    write: () =>
      service({
        annotations: [
          `${A}load-balancer-internal: "True"`,
          `${A}load-balancer-ip4: "10.240.8.200"`,
          `${A}load-balancer-internal-subnet: "aps"`,
          `${A}pls-ip-configuration-ip-address-count: "9"`,
        ],
      }),
  },
];

export function findExample(id: string): Example {
  return EXAMPLES.find((example) => example.id === id) ?? (EXAMPLES[0] as Example);
}

function service({
  annotations,
  ports = [80],
}: {
  annotations: readonly string[];
  ports?: readonly number[];
}): string {
  return [
    "apiVersion: v1",
    "kind: Service",
    "metadata:",
    "  name: playground",
    "  namespace: shop",
    "  annotations:",
    ...annotations.map((line) => `    ${line}`),
    "spec:",
    "  type: LoadBalancer",
    "  selector:",
    "    app: playground",
    "  ports:",
    ...ports.flatMap((port) => [`    - name: p${port}`, `      port: ${port}`]),
    "",
  ].join("\n");
}
