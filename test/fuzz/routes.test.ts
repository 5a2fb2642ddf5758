/** Every route of the built app, from outside: whatever is sent, no failure of ours comes back, and the app lives on. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { operations } from "../../api/operations.ts";
import { rawRequest, sendRaw } from "../builders/rawHttp.ts";
import { register } from "../builders/register.ts";
import { sandboxed, START_MILLISECONDS } from "../builders/sandboxed.ts";
import { effort, patienceMilliseconds } from "./effort.ts";
import { near, TOKENS } from "./inputs.ts";
import { messages } from "./targets/messages.ts";
import { requests } from "./targets/requests.ts";

let world: Awaited<ReturnType<typeof sandboxed>>;
let token: string;
beforeAll(async () => {
  world = await sandboxed();
  token = await register("one", world.sandbox.settings);
}, START_MILLISECONDS);
afterAll(() => world.close());

/** What may stand in a request line and a header: visible ASCII. */
const visible = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 9,
});
const bit = fc.oneof(fc.constantFrom(...TOKENS.filter((one) => /^[\x21-\x7E]+$/.test(one))), visible);
const methods = fc.constantFrom(..."GET POST PUT DELETE HEAD OPTIONS PATCH TRACE PROPFIND get".split(" "));

function routes(): string[] {
  const events = `/runtime/webhooks/eventgrid?functionName=onResourceEvent&code=${world.sandbox.keys.eventGrid}`;
  return [
    ...operations.map(({ method, path }) => `${method} /api/v1${path.replaceAll(/\{\w+\}/g, "x")}`),
    ...["health", "dashboard", "dashboard/", "dashboard/index.html"].map((path) => `GET /api/${path}`),
    ...[`admit/one/${token}`, `mutate/one/${token}`, "admit/one", "mutate/one"].map((p) => `POST /api/${p}`),
    ...Array.from({ length: 4 }, () => "POST /api/clusters/one/declarations"),
    ...Array.from({ length: 4 }, () => `POST ${events}`),
  ];
}

const NAMES = [
  ..."content-type content-encoding transfer-encoding accept-encoding if-match if-none-match".split(" "),
  ..."origin range x-mooring-token x-ms-client-principal x-mooring-request aeg-event-type host".split(" "),
];
const value = fc.oneof(bit, fc.constantFrom("1", "*", "gzip", "chunked", "application/json", "Notification"));
const headers = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), value), { maxLength: 2 })
  .map((all) => Object.fromEntries(all));
const typed = fc.constantFrom(
  { "content-type": "application/json", "x-mooring-request": "1" },
  { "content-type": "application/x-ndjson", "x-mooring-request": "1" },
);
const bodies = fc.oneof(
  near(messages.flatMap(({ seeds }) => seeds)),
  near(requests.flatMap(({ seeds }) => seeds.map((seed) => seed.split("\n\n")[1] ?? "{}"))),
);

test(
  "whatever is sent",
  async () => {
    const port = Number(new URL(world.sandbox.hostUrl).port);
    const line = fc.tuple(
      fc.constantFrom(...routes()),
      fc.option(methods, { freq: 8 }),
      fc.array(bit, { maxLength: 1 }),
    );
    await fc.assert(
      fc.asyncProperty(line, typed, headers, bodies, async ([route, other, more], type, extra, body) => {
        const [method = "", path = ""] = route.split(" ");
        const asked = `${other ?? method} ${path}${more.join("")}`;
        const sent = { ...type, "x-mooring-token": token, ...extra };
        const { status, body: said } = await sendRaw(
          { port },
          rawRequest(asked, sent, method === "GET" ? undefined : body),
        );
        expect(status, `${asked} is answered`).not.toBe(0);
        // A function that fails: only an invalid event, which Event Grid retries and dead-letters.
        if (!asked.includes("/runtime/webhooks/")) expect(status, asked).not.toBe(500);
        // Only with a reason, for example if a name in the path does not exist in Azure.
        if (status > 500) expect([status, said]).toEqual([503, expect.stringContaining('"problems"')]);
        expect(said).not.toMatch(/\n\s+at .*:\d+/);
      }),
      effort(250),
    );
    // The same process still answers: one that ended would have ended the sandbox.
    expect((await fetch(`${world.sandbox.hostUrl}/api/health`)).status).toBe(200);
  },
  patienceMilliseconds(),
);
