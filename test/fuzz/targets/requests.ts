/** Complete calls of the HTTP API: request line, headers, body. */
import { HttpRequest } from "@azure/functions";
import { operations } from "../../../api/operations.ts";
import { principalOf, signInOf } from "../../../api/principal.ts";
import { ApiProblem } from "../../../api/problem.ts";
import { serve } from "../../../api/serve.ts";
import { FindingQuery, fits } from "../../../shared/audit/query.ts";
import { silentLog } from "../../../shared/ports/log.ts";
import { apiWorld, appOver, clientPrincipal, FINDING } from "../../builders/api.ts";
import { NOW } from "../../builders/world.ts";
import { memoryRun } from "../../memory/run.ts";
import { hold, jsonOr, type Target } from "../target.ts";

const ENV = { WEBSITE_AUTH_ENABLED: "True" };
const VOUCHED = signInOf(ENV, appOver(memoryRun()));
const ORIGIN = "https://mooring.example";
const HEAD = `x-ms-client-principal: ${clientPrincipal(["Mooring.Operator"])}`;
const WRITE = `${HEAD}\ncontent-type: application/json\nx-mooring-request: 1`;
/** Statuses that the API may return; not 503, because memory ports never fail. */
const STATUSES = new Set([200, 202, 204, 304, 400, 401, 403, 404, 405, 409, 412, 413, 415, 428, 429]);

/** As the fuzzer wrote it; `undefined` where no HTTP server would let it through. */
function toRequest(text: string): HttpRequest | undefined {
  const [head = "", ...rest] = text.split("\n\n");
  const [line = "", ...headers] = head.split("\n");
  const [method = "GET", path = "/"] = line.split(" ");
  try {
    return new HttpRequest({
      method,
      url: `${ORIGIN}/api/v1${path}`,
      headers: Object.fromEntries(headers.map((one) => one.split(/: ?(.*)/s).slice(0, 2))),
      ...(rest.length > 0 && { body: { string: rest.join("\n\n") } }),
    });
  } catch {
    return undefined;
  }
}

const seeds = operations.map(({ method, path }) => {
  const line = `${method} ${path.replaceAll(/\{\w+\}/g, FINDING.id)}`;
  return method === "GET" ? `${line}?limit=2\n${HEAD}` : `${line}\n${WRITE}\n\n{"reason":"x"}`;
});

async function demandAnswer(request: HttpRequest): Promise<void> {
  const run = await apiWorld();
  const { status, headers, body } = await serve(request, silentLog, {
    open: async () => appOver(run),
    env: ENV,
  });
  hold(STATUSES.has(status), `${request.method} ${request.url} is answered ${status}`);
  hold(headers["x-content-type-options"] === "nosniff", "a type is not guessed");
  const type = headers["content-type"] ?? "";
  if (status >= 400 && typeof body === "string")
    hold(/problem\+json/.test(type), "a problem has its media type");
  if (typeof body === "string" && /^application\/(problem\+)?json/.test(type)) JSON.parse(body);
}

export const requests: readonly Target[] = [
  {
    name: "api",
    seeds: [
      ...seeds,
      `PUT /findings/${FINDING.id}/acknowledgement\n${WRITE}\nif-match: *\n\n{"reason":"x","untilUtc":"2026-12-01T00:00:00.000Z"}`,
      `POST /check\n${WRITE}\n\n{"cluster":"one","manifest":"kind: Service\\nmetadata: {name: a}\\nspec: {type: LoadBalancer}"}`,
      `GET /findings?state=all&q=pls&continuation=YQ\n${HEAD}\nif-none-match: "x"\naccept-encoding: gzip;q=0.5`,
    ],
    async check(text) {
      const request = toRequest(text);
      if (request) await demandAnswer(request);
    },
  },
  {
    name: "principal",
    seeds: [
      clientPrincipal(["Mooring.Reader"]),
      clientPrincipal(["Mooring.Operator"], { auth_typ: "github" }),
      JSON.stringify({
        auth_typ: "aad",
        claims: [
          { typ: "name", val: "system" },
          { typ: "roles", val: "Mooring.Operator" },
        ],
      }),
    ],
    async check(text) {
      // Half of what is tried would otherwise be lost in base64.
      for (const header of [text, Buffer.from(text).toString("base64")]) await demandPrincipal(header);
    },
  },
  {
    name: "finding-filter",
    seeds: ['{"state":"all","q":"PLS"}', '{"severity":"error","check":"x","cluster":"one","about":"a"}'],
    check(text) {
      const query = FindingQuery.safeParse(jsonOr(text));
      if (!query.success) return;
      const { state, ...others } = query.data;
      if (fits(FINDING, { ...others, state }, NOW))
        hold(fits(FINDING, { ...others, state: "all" }, NOW), "all has what any state has");
    },
  },
];

async function demandPrincipal(header: string): Promise<void> {
  const caller = { url: `${ORIGIN}/api/v1/me`, headers: { get: () => header } };
  try {
    const { name, roles } = await principalOf(caller, VOUCHED);
    hold(name !== "" && name.toLowerCase() !== "system", "an operator has a name");
    hold(!/\p{Cc}/u.test(name), "on one line");
    const claims = Buffer.from(header, "base64").toString();
    for (const role of roles)
      hold(claims.includes(role) || claims.includes("Operator"), `${role} was not granted`);
  } catch (error) {
    const isRefusal = error instanceof ApiProblem && [401, 403].includes(error.status);
    if (!isRefusal) throw error;
  }
}
