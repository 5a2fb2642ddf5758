/** What a person does in a test: with keys only in the page, and in Azure's portal behind Mooring's back. */
import type { Page } from "playwright-core";
import { ArmClient } from "../../dev/sandbox/cluster/armClient.ts";
import type { Sandbox } from "../../dev/sandbox/start/startSandbox.ts";
import { PARTNER, PLATFORM } from "../../dev/sandbox/world/definition.ts";
import { runCli } from "../cli/runCli.ts";

const MOST_TABS = 80;

/** An operator in the portal: a writer other than Mooring. */
export function inPortal(sandbox: Sandbox): ArmClient {
  return new ArmClient(sandbox.arm.fetch, {
    objectId: "somebody",
    applicationId: "portal",
    name: "somebody",
  });
}

/** The PLS as Azure has it. @throws Error if there is none */
export async function plsNamed(portal: ArmClient, name: string): Promise<any> {
  const lists = await Promise.all(
    [PLATFORM, PARTNER].map((one) =>
      portal.list(`/subscriptions/${one}/providers/Microsoft.Network/privateLinkServices`),
    ),
  );
  const found = lists.flat().find((pls) => pls.name === name);
  if (!found) throw new Error(`there is no Private Link Service ${name}`);
  return portal.get(found.id);
}

/** Declarations of a policy with which the next report of a cluster comes within seconds. */
export const QUICK_REPORTS = { listSeconds: 2, windowSeconds: 2 };

/** Changes parts of the active policy. */
export async function changePolicy(sandbox: Sandbox, change: (policy: any) => void): Promise<void> {
  const env = sandbox.settings;
  const policy = JSON.parse((await runCli(["policy", "show", "-o", "json"], { env })).out);
  change(policy);
  const { code, err } = await runCli(["policy", "apply", "-", "--yes", "--reason", "test"], {
    env,
    input: JSON.stringify(policy),
  });
  if (code !== 0) throw new Error(err);
}

/** Presses Tab until what is called so has the focus. @throws Error if nothing is */
export async function tabTo(page: Page, name: string): Promise<void> {
  const passed: string[] = [];
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    await page.keyboard.press("Tab");
    const at = await focusedName(page);
    if (at === name) return;
    passed.push(at);
  }
  throw new Error(`no way with Tab to ${name}; passed ${[...new Set(passed)].join(", ")}`);
}

function focusedName(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { activeElement } = (globalThis as any).document;
    return activeElement.getAttribute("aria-label") ?? activeElement.textContent.trim();
  });
}
