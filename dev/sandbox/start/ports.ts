/** Which ports the sandbox takes, from flags, environment or custom, and whether they are free. */
import { createServer } from "node:net";

export interface Ports {
  host: number;
  arm: number;
  identity: number;
  blob: number;
  queue: number;
  table: number;
}

export const DEFAULT_PORTS: Ports = {
  host: 7071,
  arm: 7443,
  identity: 7080,
  blob: 10_000,
  queue: 10_001,
  table: 10_002,
};

/** Every port free: whatever the system gives. */
export const ANY_PORTS: Ports = { host: 0, arm: 0, identity: 0, blob: 0, queue: 0, table: 0 };

export const FLAGS: Readonly<Record<keyof Ports, string>> = {
  host: "port",
  arm: "arm-port",
  identity: "identity-port",
  blob: "blob-port",
  queue: "queue-port",
  table: "table-port",
};

export function environmentName(name: keyof Ports): string {
  return `MOORING_SANDBOX_${FLAGS[name].replaceAll("-", "_").toUpperCase()}`;
}

/** A line for each port that another process has. */
export async function takenPorts(ports: Ports): Promise<string[]> {
  const names = Object.keys(ports) as (keyof Ports)[];
  const free = await Promise.all(names.map((name) => isFree(ports[name])));
  return names
    .filter((_, index) => !free[index])
    .map(
      (name) =>
        `port ${ports[name]} (${name}) is taken: pass --${FLAGS[name]} or set ${environmentName(name)}`,
    );
}

function isFree(port: number): Promise<boolean> {
  if (port === 0) return Promise.resolve(true);
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
