/** `/ip`: who has which address, what is free, and the release of claims. */
import { beforeEach, describe, expect, test } from "vitest";
import { apiOver, apiWorld, putAddresses, type Ask } from "../builders/api.ts";
import { confirmedClaim } from "../builders/claims.ts";
import { plsIdIn, NOW } from "../builders/world.ts";
import type { MemoryRun } from "../memory/run.ts";

let run: MemoryRun;
let ask: Ask;

beforeEach(async () => {
  run = await apiWorld();
  ask = apiOver(run);
});

const places = (body: { items: { place: string }[] }) => body.items.map(({ place }) => place);

describe("the list", () => {
  test("has what is in use, and not what has expired", async () => {
    const { body } = await ask("GET /ip?subnet=apps");
    expect(places(body)).toEqual(["10.0.1.10", "10.0.1.20"]);
    expect(body.items[1]).toMatchObject({
      kind: "address",
      vnet: "vnet",
      subnet: "apps",
      state: "claimed",
      claims: [{ service: "one/shop/next", state: "proposed", expiresAtUtc: "2026-11-23T13:00:00.000Z" }],
    });
  });

  test("comes in pages, and by part of a Service, an address or a holder", async () => {
    const first = (await ask("GET /ip?limit=1")).body;
    expect(places(first)).toEqual(["10.0.1.10"]);
    const second = (await ask(`GET /ip?limit=1&continuation=${first.continuation}`)).body;
    expect([places(second), second.continuation]).toEqual([["10.0.1.20"], undefined]);
    expect(places((await ask("GET /ip?q=shop/next")).body)).toEqual(["10.0.1.20"]);
    expect(places((await ask("GET /ip?q=1.1")).body)).toEqual(["10.0.1.10"]);
  });

  test.each([
    ["GET /ip?vnet=vnet", "query.vnet: requires query.subnet"],
    ["GET /ip/10.0.1", "10.0.1 is not an address"],
    ["GET /ip/next?subnet=apps&count=101", "query.count"],
    ["GET /ip?continuation=%21", "continuation: invalid; use the value that the previous page returned"],
  ])("%s is refused: %s", async (what, why) => {
    const { status, body } = await ask(what);
    expect([status, body.problems]).toEqual([400, [expect.stringContaining(why)]]);
  });
});

test("an address in no scanned subnet is not found", async () => {
  expect((await ask("GET /ip/192.0.2.1")).status).toBe(404);
});

test("a free address comes with an annotation to paste", async () => {
  const { body } = await ask("GET /ip/10.0.1.11");
  expect(body.subnets[0]).toMatchObject({
    state: "free",
    annotation: 'service.beta.kubernetes.io/azure-load-balancer-ipv4: "10.0.1.11"',
  });
});

describe("a release", () => {
  const body = { place: "10.0.1.20", reason: "the cluster is lost" };
  const claimed = async () => places((await ask("GET /ip?q=10.0.1.20")).body);

  test("is shown to readers, and done by operators, whose name is recorded", async () => {
    const shown = await ask("POST /ip/release?dryRun=true", { body, as: "reader" });
    expect([shown.status, shown.body.released, await claimed()]).toEqual([200, false, ["10.0.1.20"]]);
    expect((await ask("POST /ip/release", { body, as: "reader" })).status).toBe(403);
    const done = await ask("POST /ip/release", { body });
    expect([done.status, done.body.released, await claimed()]).toEqual([200, true, []]);
    expect(await run.states.load(done.body.record)).toMatchObject({
      who: "ada@example.com",
      reason: body.reason,
    });
    expect((await ask("POST /ip/release", { body })).status).toBe(400);
  });

  test("of a living Service needs force, and leaves what Azure has", async () => {
    const { uid } = run.tables.declarations.all()[0] ?? expect.fail();
    const address = "10.0.1.10";
    const assignment = { holderId: plsIdIn("pls"), seenAtUtc: NOW };
    await putAddresses(run, [{ address, assignment, claims: [confirmedClaim({ uid, sequence: 99 })] }]);
    const living = { ...body, place: address };
    const refused = await ask("POST /ip/release", { body: living });
    expect(refused.status).toBe(409);
    expect(refused.body.problems[0]).toContain("10.0.1.10 is declared by Service one/shop/web");
    const forced = await ask("POST /ip/release", { body: { ...living, force: true } });
    expect([forced.status, forced.body.state]).toEqual([200, "assigned"]);
    expect(run.tables.addresses.all().find((row) => row.address === address)).toEqual({
      address,
      assignment,
    });
  });
});
