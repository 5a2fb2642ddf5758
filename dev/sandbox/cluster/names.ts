/** Names that the cloud controller gives. */
import { subnetName, type Service } from "./service.ts";

const MAX = 75;

/** `a` and the UID without dashes, cut to 32. */
export function baseName(uid: string): string {
  return `a${uid.replaceAll("-", "")}`.slice(0, 32);
}

export function frontendName(service: Service): string {
  const subnet = subnetName(service);
  return cut(
    subnet === undefined
      ? baseName(service.metadata.uid ?? "")
      : `${baseName(service.metadata.uid ?? "")}-${subnet}`,
  );
}

export function ruleName(service: Service, protocol: string, port: number): string {
  const base = baseName(service.metadata.uid ?? "");
  const tail = `-${protocol.toUpperCase()}-${port}`;
  const subnet = subnetName(service);
  if (subnet === undefined) return `${base}${tail}`;
  return `${base}-${subnet.slice(0, MAX - base.length - tail.length - 1)}${tail}`;
}

/** Names end in a letter, a digit or an underscore. */
function cut(name: string): string {
  if (name.length <= MAX) return name;
  const short = name.slice(0, MAX);
  return /[A-Za-z0-9_]$/.test(short) ? short : `${short.slice(0, -1)}_`;
}
