import { InvalidInput } from "../core/errors.ts";

export interface Authority {
  /** `https://HOST`. */
  readonly origin: string;
  readonly tenantId: string;
  /** MSAL has the host in its list, and sends no request about it to another host. */
  readonly isPublicCloud: boolean;
}

/** @see https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud */
const CLOUDS = new Set([
  "login.microsoftonline.com",
  "login.microsoftonline.us",
  "login.partner.microsoftonline.cn",
  "login.chinacloudapi.cn",
]);
const PATH = /^\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/v2\.0$/i;

/**
 * The authority that an app names. A client secret is sent there, so the app cannot choose any host: only clouds of Microsoft, and the
 * host that the user sets in `AZURE_AUTHORITY_HOST`. Pure. @throws InvalidInput for another one
 */
export function trustedAuthority(authority: string, env: NodeJS.ProcessEnv): Authority {
  const { origin, protocol, host, pathname } = new URL(URL.canParse(authority) ? authority : "none:");
  const [, tenantId] = PATH.exec(pathname) ?? [];
  if (protocol !== "https:" || tenantId === undefined)
    throw new InvalidInput(`the app names ${authority}, which is no tenant of Microsoft Entra ID`);
  const isPublicCloud = CLOUDS.has(host);
  if (!isPublicCloud && host !== hostOf(env["AZURE_AUTHORITY_HOST"]))
    throw new InvalidInput(
      `the app names ${host}, which is no cloud of Microsoft; if you trust it, set AZURE_AUTHORITY_HOST=${origin}`,
    );
  return { origin, tenantId, isPublicCloud };
}

function hostOf(text = ""): string | undefined {
  const url = text.includes("://") ? text : `https://${text}`;
  return URL.canParse(url) ? new URL(url).host : undefined;
}
