/** Services to begin with: each shows something that Mooring says. Pure. */

/** What the chosen cluster has, so that an example means something there. */
export interface Surroundings {
  /** A free address of its default subnet, and one that somebody has. */
  readonly free?: string | undefined;
  readonly taken?: string | undefined;
  /** A subnet where Private Link Services may stand. */
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
    title: "Static address that is free",
    write: ({ free = "10.240.8.200" }) =>
      service({ annotations: [INTERNAL, `${A}load-balancer-ipv4: "${free}"`] }),
  },
  {
    id: "taken",
    title: "Static address that somebody has",
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
