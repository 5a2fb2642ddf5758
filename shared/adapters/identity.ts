/** The identity of a credential, from its token for Azure Resource Manager. The token itself is not passed on. */
import type { TokenCredential } from "@azure/identity";
import * as z from "zod";
import { Refused } from "../core/errors.ts";
import type { Identity } from "../ports/installation.ts";
import { messageOf } from "../core/messageOf.ts";

const SCOPE = "https://management.azure.com/.default";

const Claims = z.object({
  oid: z.string(),
  appid: z.string().optional(),
  idtyp: z.string().optional(),
  upn: z.string().optional(),
  unique_name: z.string().optional(),
});

/** @throws Refused if there is no token, or it contains no identity */
export async function readIdentity(credential: TokenCredential): Promise<Identity> {
  const token = await credential.getToken(SCOPE).catch((error: unknown) => {
    const [first = ""] = messageOf(error).split("\n");
    throw new Refused(`not signed in to Azure; run \`az login\`: ${first}`);
  });
  const { oid, appid, idtyp, upn, unique_name: uniqueName } = claimsOf(token?.token ?? "");
  const person = upn ?? uniqueName;
  return {
    objectId: oid,
    name: person ?? (appid === undefined ? "an identity" : `application ${appid}`),
    isUser: person !== undefined || idtyp === "user",
  };
}

function claimsOf(token: string): z.infer<typeof Claims> {
  try {
    return Claims.parse(JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")));
  } catch {
    throw new Refused("the token for Azure Resource Manager contains no object id; run `az login` again");
  }
}
