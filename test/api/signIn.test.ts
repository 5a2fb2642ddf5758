import { describe, expect, test } from "vitest";
import { principalOf, signInOf, type SignIn } from "../../api/principal.ts";
import { ApiProblem } from "../../api/problem.ts";
import { appOver, clientPrincipal } from "../builders/api.ts";
import { memoryRun } from "../memory/run.ts";

const run = memoryRun();
const under = (env: NodeJS.ProcessEnv, operator?: string) =>
  signInOf(env, appOver(run, { MOORING_LOCAL_OPERATOR: operator }));
const VOUCHED = under({ WEBSITE_AUTH_ENABLED: "True" });
const claims = (...given: [typ: string, val: string][]) => ({
  claims: given.map(([typ, val]) => ({ typ, val })),
});
const ROLE = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role";

async function signedIn(
  header: string | undefined,
  signIn: SignIn,
  url = "https://mooring.example/api/v1/me",
  host?: string,
) {
  const sent: Record<string, string | undefined> = { "x-ms-client-principal": header, host };
  try {
    const { name, roles } = await principalOf({ url, headers: { get: (one) => sent[one] ?? null } }, signIn);
    return `${name}: ${roles.join(" ")}`;
  } catch (error) {
    return error instanceof ApiProblem ? error.status : error;
  }
}

const BOTH = "Mooring.Reader Mooring.Operator";
const reader = claims(["preferred_username", "ada@example.com"], ["roles", "Mooring.Reader"]);

describe("who is signed in by App Service authentication", () => {
  test.each<[string, string | undefined, string | number]>([
    ["a reader", clientPrincipal(["Mooring.Reader"]), "ada@example.com: Mooring.Reader"],
    [
      "an operator may do what a reader may",
      clientPrincipal(["Mooring.Operator"]),
      `ada@example.com: ${BOTH}`,
    ],
    [
      "with the long name of the claim",
      clientPrincipal([], claims(["name", "Ada"], [ROLE, "Mooring.Reader"])),
      "Ada: Mooring.Reader",
    ],
    [
      "an application, by its id",
      clientPrincipal([], claims(["azp", "0f0f"], ["roles", "Mooring.Operator"])),
      `0f0f: ${BOTH}`,
    ],
    [
      "a user with the name of Mooring is distinguished from it",
      clientPrincipal([], claims(["name", "System"], ["roles", "Mooring.Reader"])),
      "System (a person): Mooring.Reader",
    ],
    [
      "a name with what does not belong in one",
      clientPrincipal([], claims(["name", "A\u0000da\n"], ["roles", "Mooring.Reader"])),
      "A da: Mooring.Reader",
    ],
    ["no header", undefined, 401],
    ["an empty header", "", 401],
    ["a header that is not base64 of JSON", "%%%", 401],
    ["two headers", `${clientPrincipal(["Mooring.Operator"])}, e30=`, 401],
    ["JSON with another schema", Buffer.from('{"claims":1}').toString("base64"), 401],
    ["claims without a name", clientPrincipal([], claims(["roles", "Mooring.Operator"])), 401],
    ["another identity provider", clientPrincipal([], { ...reader, auth_typ: "github" }), 401],
    ["an oversized header", clientPrincipal(["Mooring.Reader", "x".repeat(100_000)]), 401],
    ["a person without a role has no business here", clientPrincipal(["Other.Role"]), 403],
    ["a role with another name", clientPrincipal(["mooring.reader", "Mooring.Reader2"]), 403],
    [
      "a claim that is no role gives none",
      clientPrincipal([], claims(["name", "Ada"], ["groups", "Mooring.Operator"])),
      403,
    ],
  ])("%s", async (_, header, expected) => expect(await signedIn(header, VOUCHED)).toBe(expected));
});

describe("the header is worth nothing where the platform does not vouch for it", () => {
  test.each<[string, NodeJS.ProcessEnv]>([
    ["no such variable", {}],
    ["turned off", { WEBSITE_AUTH_ENABLED: "False" }],
    ["empty", { WEBSITE_AUTH_ENABLED: "" }],
    ["something else", { WEBSITE_AUTH_ENABLED: "true-ish" }],
  ])("%s", async (_, env) =>
    expect(await signedIn(clientPrincipal(["Mooring.Operator"]), under(env))).toBe(401),
  );
});

describe("the sandbox's operator", () => {
  const local = under({}, "op");
  test.each<[string, SignIn, string, string | undefined, string | number]>([
    [
      "is signed in on this machine",
      local,
      "http://127.0.0.1:7071/api/v1/me",
      "127.0.0.1:7071",
      `op: ${BOTH}`,
    ],
    ["by either name", local, "http://localhost:7071/api/v1/me", "localhost:7071", `op: ${BOTH}`],
    ["and by IPv6", local, "http://[::1]:7071/api/v1/me", "[::1]:7071", `op: ${BOTH}`],
    [
      "not by a name that only resolves to it",
      local,
      "http://evil.example:7071/api/v1/me",
      "evil.example:7071",
      403,
    ],
    ["not by such a name in the header alone", local, "http://127.0.0.1:7071/api/v1/me", "evil.example", 403],
    ["not by a name that begins so", local, "http://localhost.evil.example/api/v1/me", undefined, 403],
    [
      "never beside App Service authentication",
      under({ WEBSITE_AUTH_ENABLED: "true" }, "op"),
      "http://localhost/api/v1/me",
      "localhost",
      401,
    ],
  ])("%s", async (_, signIn, ...[url, host, expected]) =>
    expect(await signedIn(undefined, signIn, url, host)).toBe(expected),
  );
});
