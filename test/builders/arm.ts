/** A sandbox ARM for tests: fast, in memory, with one network, and requests in a line. */
import { createArm, type Arm, type ArmOptions } from "../../dev/sandbox/arm/server.ts";
import { issueToken } from "../../dev/sandbox/identity/token.ts";
import { SUBSCRIPTION } from "../memory/run.ts";
import { PARTNER } from "./world.ts";

export const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;
export const NET = `${GROUP}/providers/Microsoft.Network`;
export const VNET = `${NET}/virtualNetworks/vnet`;
export const BALANCER = `${NET}/loadBalancers/lb`;
export const PLS = `${NET}/privateLinkServices/pls`;
export const ENDPOINT = `${NET}/privateEndpoints/pe`;
export const PARTNER_ENDPOINT = `/subscriptions/${PARTNER}/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/pe`;

export const SCALE_SET = `${GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/aks-pool-vmss`;

export const GATEWAY = `${NET}/applicationGateways/agw`;

export interface Answer {
  status: number;
  headers: Headers;
  body: any;
  /** `status code` of an error, or the status. */
  said: string;
}

export interface TestArm extends Arm {
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** PUT and wait until Azure is done. @throws Error if it is refused */
  put(path: string, body: unknown): Promise<any>;
}

export async function testArm(options: ArmOptions = {}): Promise<TestArm> {
  const arm = await createArm({
    subscriptions: { [SUBSCRIPTION]: "one", [PARTNER]: "two" },
    operationMilliseconds: 1,
    ...options,
  });
  const { token } = issueToken({ objectId: "test", applicationId: "test", name: "test" }, options.now?.());
  const send: TestArm["send"] = async (method, path, body, headers = {}) => {
    const url = new URL(path, "https://arm.test");
    if (!url.searchParams.has("api-version")) url.searchParams.set("api-version", "2025-05-01");
    const init = {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    const response = await arm.fetch(new Request(url, init));
    const text = await response.text();
    const parsed = text === "" ? undefined : JSON.parse(text);
    const code = parsed?.error?.code;
    return {
      status: response.status,
      headers: response.headers,
      body: parsed,
      said: code ? `${response.status} ${code}` : String(response.status),
    };
  };
  const put: TestArm["put"] = async (path, body) => {
    const answer = await send("PUT", path, body);
    if (answer.status >= 300) throw new Error(`PUT ${path}: ${answer.said}: ${answer.body.error.message}`);
    await arm.idle();
    return answer.body;
  };
  return Object.assign(arm, { send, put });
}

export const subnetsOf = (...subnets: [name: string, prefix: string, more?: object][]) =>
  subnets.map(([name, addressPrefix, more]) => ({ name, properties: { addressPrefix, ...more } }));
export const vnetBody = (
  subnets = subnetsOf(
    ["apps", "10.0.1.0/24"],
    ["pls", "10.0.2.0/26", { privateLinkServiceNetworkPolicies: "Disabled" }],
    ["small", "10.0.3.0/29"],
  ),
) => ({
  location: "westeurope",
  properties: { addressSpace: { addressPrefixes: ["10.0.0.0/16"] }, subnets },
});
export const frontendBody = (name: string, address?: string, subnet = "apps") => ({
  name,
  properties: {
    subnet: { id: `${VNET}/subnets/${subnet}` },
    privateIPAllocationMethod: address ? "Static" : "Dynamic",
    ...(address && { privateIPAddress: address }),
  },
});
export const balancerBody = (...frontends: object[]) => ({
  location: "westeurope",
  sku: { name: "Standard" },
  properties: { frontendIPConfigurations: frontends.length > 0 ? frontends : [frontendBody("fe")] },
});
export const plsBody = (some: object = {}, subnet = "pls") => ({
  location: "westeurope",
  properties: {
    loadBalancerFrontendIpConfigurations: [{ id: `${BALANCER}/frontendIPConfigurations/fe` }],
    ipConfigurations: [{ name: "nat", properties: { subnet: { id: `${VNET}/subnets/${subnet}` } } }],
    ...some,
  },
});
/** In subnet small: its instances have an address there, and its private frontend another. */
export const gatewayBody = () => {
  const subnet = { id: `${VNET}/subnets/small` };
  return {
    location: "westeurope",
    properties: {
      sku: { name: "Standard_v2", tier: "Standard_v2", capacity: 1 },
      gatewayIPConfigurations: [{ name: "instances", properties: { subnet } }],
      frontendIPConfigurations: [
        {
          name: "private",
          properties: { subnet, privateIPAllocationMethod: "Static", privateIPAddress: "10.0.3.5" },
        },
      ],
    },
  };
};
/** Of nodes with Azure CNI: each has an interface with `perNode` addresses. */
export const scaleSetBody = (
  nodes: number,
  { perNode = 30, subnetId = `${VNET}/subnets/apps` }: { perNode?: number; subnetId?: string } = {},
) => {
  const ipConfigurations = Array.from({ length: perNode }, (_, n) => ({
    name: `ipconfig${n + 1}`,
    properties: { subnet: { id: subnetId } },
  }));
  const nic = { name: "aks-pool-vmss", properties: { primary: true, ipConfigurations } };
  return {
    location: "westeurope",
    sku: { name: "Standard_D4s_v5", capacity: nodes },
    properties: { virtualMachineProfile: { networkProfile: { networkInterfaceConfigurations: [nic] } } },
  };
};
export const endpointBody = (
  way: "privateLinkServiceConnections" | "manualPrivateLinkServiceConnections",
  to = PLS,
) => ({
  location: "westeurope",
  properties: {
    subnet: { id: `${VNET}/subnets/apps` },
    [way]: [{ name: "c", properties: { privateLinkServiceId: to } }],
  },
});

/** A network, a load balancer and a PLS on it. */
export async function armWithPls(
  options: ArmOptions = {},
  visibility: object = { visibility: { subscriptions: [PARTNER] } },
): Promise<TestArm> {
  const arm = await testArm(options);
  await arm.put(GROUP, { location: "westeurope" });
  await arm.put(GROUP.replace(SUBSCRIPTION, PARTNER), { location: "westeurope" });
  await arm.put(VNET, vnetBody());
  await arm.put(BALANCER, balancerBody());
  await arm.put(PLS, plsBody(visibility));
  return arm;
}
