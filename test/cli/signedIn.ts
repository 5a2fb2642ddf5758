/** A person at a terminal who has a URL and an account, and no rights to storage or Azure. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sandbox } from "../../dev/sandbox/start/startSandbox.ts";
import { runCli, type Ran, type RunOptions } from "./runCli.ts";

export interface Terminal {
  /** Its configuration and tokens. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  mooring(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** With a device code, which the person enters as this user. */
  loginAs(username: string, ...args: string[]): Promise<Ran>;
  close(): Promise<void>;
}

export async function openTerminal({ hostUrl, caPath, entra }: Sandbox): Promise<Terminal> {
  const folder = await mkdtemp(join(tmpdir(), "mooring-terminal-"));
  const env = {
    MOORING_CONFIG: join(folder, "config.yaml"),
    MOORING_CA_FILE: caPath,
    AZURE_AUTHORITY_HOST: new URL(entra.authority).origin,
    MOORING_SUBSCRIPTIONS: "",
    AzureWebJobsStorage: "",
    AZURE_CLIENT_ID: "",
  };
  const mooring: Terminal["mooring"] = (args, options = {}) =>
    runCli(args, { ...options, env: { ...env, ...options.env } });
  const loginAs: Terminal["loginAs"] = (username, ...args) => {
    const entered = new Set<string>();
    return mooring(["login", "--url", hostUrl, ...args], {
      onErr: (text) => {
        const code = /enter the code (\S+)\./.exec(text)?.[1];
        if (code === undefined || entered.has(code)) return;
        entered.add(code);
        entra.enterCode(code, username);
      },
    });
  };
  return { folder, env, mooring, loginAs, close: () => rm(folder, { recursive: true, force: true }) };
}
