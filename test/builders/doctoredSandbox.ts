/** A complete installation in a seeded sandbox, and its checks: run in process for speed, or by `mooring doctor`. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import tls from "node:tls";
import { ManagedIdentityCredential } from "@azure/identity";
import { makeCertificate } from "../../cli/clusters/certificate.ts";
import { ArmClient } from "../../dev/sandbox/cluster/armClient.ts";
import type { Sandbox } from "../../dev/sandbox/start/startSandbox.ts";
import { azureInstallation } from "../../shared/adapters/installation.ts";
import { createPorts } from "../../shared/adapters/ports.ts";
import { outside } from "../../shared/adapters/httpClient.ts";
import type { Look } from "../../shared/doctor/check.ts";
import { INSTALLATION_CHECKS } from "../../shared/doctor/checks.ts";
import { examine } from "../../shared/doctor/examine.ts";
import type { Line } from "../../shared/doctor/report.ts";
import { silentLog } from "../../shared/ports/log.ts";
import { defaultPolicy } from "../../shared/policy/policy.ts";
import type { Ports } from "../../shared/ports/ports.ts";
import { parseSettings } from "../../shared/core/settings.ts";
import { VERSION } from "../../shared/core/version.ts";
import { runCli, type Ran } from "../cli/runCli.ts";
import { sandboxed } from "./sandboxed.ts";

export interface Doctored {
  readonly sandbox: Sandbox;
  readonly ports: Ports;
  /** The platform team, who may do anything. */
  readonly arm: ArmClient;
  /** In a separate process. */
  readonly run: (args?: readonly string[], env?: Record<string, string>) => Promise<Ran>;
  /** Lines of one check, with other settings or another look at things. */
  readonly lines: (check: string, other?: Other) => Promise<readonly Line[]>;
  /** Those that are not ok, as `state about: message`. */
  readonly wrong: (check: string, other?: Other) => Promise<string[]>;
  close(): Promise<void>;
}

interface Other {
  readonly settings?: Record<string, string>;
  readonly look?: Partial<Look>;
}

export async function doctoredSandbox(): Promise<Doctored> {
  const { sandbox, close } = await sandboxed();
  const { IDENTITY_ENDPOINT = "", IDENTITY_HEADER = "" } = sandbox.settings;
  Object.assign(process.env, { IDENTITY_ENDPOINT, IDENTITY_HEADER });
  trust(await readFile(sandbox.caPath, "utf8"));
  const lines: Doctored["lines"] = async (id, other) => {
    const checks = INSTALLATION_CHECKS.filter((check) => check.id === id);
    return (await examine(checks, lookAt(sandbox, other))).lines;
  };
  return {
    sandbox,
    ports: createPorts(parseSettings(sandbox.settings)).ports,
    arm: new ArmClient(sandbox.arm.fetch, { objectId: "team", applicationId: "team", name: "platform-team" }),
    run: (args = [], env = {}) => runCli(["doctor", ...args], { env: { ...sandbox.settings, ...env } }),
    lines,
    wrong: async (id, other) => (await lines(id, other)).filter(({ state }) => state !== "ok").map(told),
    close,
  };
}

function lookAt(sandbox: Sandbox, { settings: other = {}, look = {} }: Other = {}): Look {
  const settings = parseSettings({ ...sandbox.settings, ...other });
  const { ports } = createPorts(settings);
  const credential = new ManagedIdentityCredential();
  const access = async () => ({ credential, endpoint: settings.MOORING_ARM_ENDPOINT });
  return {
    run: { ports, now: () => new Date(), newId: () => "id", log: silentLog, signal: AbortSignal.any([]) },
    installation: azureInstallation(settings, Object.keys(ports.tables), access),
    outside,
    policy: async () => defaultPolicy,
    appUrl: sandbox.hostUrl,
    appId: settings.MOORING_APP_ID ?? "",
    signal: AbortSignal.any([]),
    version: VERSION,
    nodeVersion: process.versions.node,
    ...look,
  };
}

function told({ state, about, message }: Line): string {
  return `${state}${about === undefined ? "" : ` ${about}`}: ${message}`;
}

function trust(authority: string): void {
  tls.setDefaultCACertificates([...tls.getCACertificates(), authority]);
}

const DAY = 24 * 3_600_000;
/** What a generated certificate is good for. */
const VALID_DAYS = 730;

export interface FakeApp {
  readonly url: string;
  close(): void;
}

/** A healthy app of the given version, whose certificate is trusted and expires in the given number of days. */
export async function fakeApp({
  certificateDays,
  version,
}: {
  certificateDays: number;
  version: string;
}): Promise<FakeApp> {
  const made = new Date(Date.now() - (VALID_DAYS - certificateDays) * DAY);
  const { authority, certificate, key } = await makeCertificate(["localhost"], made);
  trust(authority);
  const server = createServer({ key, cert: certificate }, (_, response) =>
    response.end(JSON.stringify({ status: "ok", problems: [], version })),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** An address without a listener: a port that was free a moment ago may have one by now, those below 1024 are given to no one. */
export const DEAD_URL = "http://127.0.0.1:2";
