/** A scan of 10,000 addresses beside bare paging of the lists that it reads. */
import tls from "node:tls";
import { NetworkManagementClient } from "@azure/arm-network";
import { createArm } from "../sandbox/arm/server.ts";
import { certificates } from "../sandbox/identity/certificate.ts";
import { issueToken } from "../sandbox/identity/token.ts";
import { azureNetwork } from "../../shared/adapters/network.ts";
import { createPorts } from "../../shared/adapters/ports.ts";
import { scanInventory } from "../../shared/inventory/scan.ts";
import { silentLog } from "../../shared/ports/log.ts";
import type { Run } from "../../shared/ports/ports.ts";
import { parseSettings } from "../../shared/core/settings.ts";
import { milliseconds, type Bench, type Figure } from "./figures.ts";

const SUBSCRIPTION = "11111111-1111-4111-8111-111111111111";
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;
const NET = `${GROUP}/providers/Microsoft.Network`;
const ADDRESSES = 10_000;
const PER_INTERFACE = 10;
const SUBNETS = 10;
/** A page of Azure's lists takes longer than that. */
const ARM_MILLISECONDS = 100;

export async function scan({ directory, connection }: Bench): Promise<Figure[]> {
  const arm = await createArm({
    subscriptions: { [SUBSCRIPTION]: "bench" },
    operationMilliseconds: 0,
    pageSize: 500,
  });
  const { token, expiresOn } = issueToken({ objectId: "bench", applicationId: "bench", name: "bench" });
  await fill(arm.fetch, token);
  const pem = await certificates(directory);
  tls.setDefaultCACertificates([...tls.getCACertificates(), pem.ca]);
  const server = await arm.listen({ port: 0, ...pem });
  const access = {
    credential: { getToken: async () => ({ token, expiresOnTimestamp: expiresOn * 1000 }) },
    endpoint: server.url,
  };
  const client = new NetworkManagementClient(access.credential, SUBSCRIPTION, { endpoint: server.url });
  const run = newRun(connection, access);
  await page(client);
  const first = await milliseconds(() => scanInventory(run));
  const beside = async (when: string, aim: number): Promise<Figure> => {
    const bare = await milliseconds(() => page(client));
    const steady = await milliseconds(() => scanInventory(run));
    const name = `a scan of ${ADDRESSES} addresses, nothing changed, ${when}`;
    return {
      name,
      unit: "ms",
      ours: steady,
      floor: { what: "bare paging", value: bare },
      aim: { ratio: aim },
    };
  };
  const atOnce = await beside("ARM answers at once", 2);
  arm.faults.add({ action: { kind: "latency", milliseconds: ARM_MILLISECONDS } });
  const inTime = await beside(`ARM answers in ${ARM_MILLISECONDS} ms a page`, 1.25);
  await server.close();
  return [{ name: `the first scan, ${ADDRESSES} rows written`, unit: "ms", ours: first }, atOnce, inTime];
}

function newRun(connection: string, access: Parameters<typeof azureNetwork>[0]): Run {
  const settings = parseSettings({
    AzureWebJobsStorage: connection,
    MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
    MOORING_TABLE_PREFIX: "scan",
  });
  const ports = { ...createPorts(settings).ports, network: azureNetwork(access) };
  return {
    ports,
    now: () => new Date(),
    newId: () => crypto.randomUUID(),
    log: silentLog,
    signal: new AbortController().signal,
  };
}

async function page(client: NetworkManagementClient): Promise<void> {
  await Promise.all(
    [
      client.virtualNetworks.listAll(),
      client.networkInterfaces.listAll(),
      client.loadBalancers.listAll(),
    ].map((list) => Array.fromAsync<unknown>(list)),
  );
}

async function fill(fetch: (request: Request) => Promise<Response>, token: string): Promise<void> {
  const put = async (path: string, body: unknown) => {
    const response = await fetch(
      new Request(`https://arm.bench${path}?api-version=2025-05-01`, {
        method: "PUT",
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      }),
    );
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  };
  await put(GROUP, { location: "westeurope" });
  const subnets = Array.from({ length: SUBNETS }, (_, n) => ({
    name: `s${n}`,
    properties: { addressPrefix: `10.0.${n * 8}.0/21` },
  }));
  await put(`${NET}/virtualNetworks/vnet`, {
    location: "westeurope",
    properties: { addressSpace: { addressPrefixes: ["10.0.0.0/16"] }, subnets },
  });
  for (let n = 0; n < ADDRESSES / PER_INTERFACE; n += 1)
    await put(`${NET}/networkInterfaces/n${n}`, {
      location: "westeurope",
      properties: {
        ipConfigurations: Array.from({ length: PER_INTERFACE }, (_, one) => configuration(n, one)),
      },
    });
}

function configuration(nic: number, one: number) {
  const [subnet, at] = [nic % SUBNETS, Math.floor(nic / SUBNETS) * PER_INTERFACE + one + 10];
  const privateIPAddress = `10.0.${subnet * 8 + Math.floor(at / 256)}.${at % 256}`;
  return {
    name: `c${one}`,
    properties: {
      subnet: { id: `${NET}/virtualNetworks/vnet/subnets/s${subnet}` },
      privateIPAllocationMethod: "Static",
      privateIPAddress,
    },
  };
}
