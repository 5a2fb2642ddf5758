import { describe, expect, test } from "vitest";
import type { ArmEvent } from "../../dev/sandbox/arm/armEvent.ts";
import { AZURE_LIMITS } from "../../dev/sandbox/arm/throttle.ts";
import {
  BALANCER,
  GROUP,
  PLS,
  plsBody,
  armWithPls,
  NET,
  testArm,
  VNET,
  vnetBody,
  balancerBody,
} from "../builders/arm.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

describe("every request", () => {
  test("needs a token", async () => {
    const arm = await testArm();
    const response = await arm.fetch(new Request(`https://arm.test/subscriptions?api-version=2022-01-01`));
    expect([response.status, response.headers.get("www-authenticate")]).toEqual([
      401,
      expect.stringContaining('error="invalid_token"'),
    ]);
    expect(await response.json()).toMatchObject({ error: { code: "AuthenticationFailed" } });
  });

  test("needs an api-version, of any date", async () => {
    const arm = await armWithPls();
    expect((await arm.send("GET", `${VNET}?api-version=`)).said).toBe("400 MissingApiVersionParameter");
    expect((await arm.send("GET", `${VNET}?api-version=2017-01-01`)).status).toBe(200);
  });

  test("finds resources whatever the case of the path, and doubled slashes", async () => {
    const arm = await armWithPls();
    expect(
      (await arm.send("GET", VNET.toUpperCase().replace("/SUBSCRIPTIONS", "/subscriptions"))).body.id,
    ).toBe(VNET);
    expect((await arm.send("GET", `https://arm.test//subscriptions`)).status).toBe(200);
  });

  test("metadata is returned without a token", async () => {
    const arm = await testArm();
    const response = await arm.fetch(
      new Request("https://arm.test//metadata/endpoints?api-version=2022-09-01"),
    );
    expect(await response.json()).toMatchObject({
      resourceManager: "https://arm.test",
      authentication: { identityProvider: "AAD" },
    });
  });
});

describe("what is not there", () => {
  test.each([
    [
      "a subscription",
      "/subscriptions/99999999-9999-9999-9999-999999999999/resourcegroups",
      "404 SubscriptionNotFound",
      "gateway",
    ],
    [
      "a resource group",
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/none/providers/Microsoft.Network/loadBalancers/x`,
      "404 ResourceGroupNotFound",
      "gateway",
    ],
    ["a resource", `${NET}/loadBalancers/none`, "404 ResourceNotFound", "gateway"],
    ["a child", `${VNET}/subnets/none`, "404 NotFound", null],
  ])("%s", async (_, path, said, cause) => {
    const arm = await armWithPls();
    const answer = await arm.send("GET", path);
    expect([answer.said, answer.headers.get("x-ms-failure-cause")]).toEqual([said, cause]);
    expect("details" in answer.body.error).toBe(cause === null);
  });
});

describe("a long-running operation", () => {
  test("starts with 201, Updating and where to ask; ends with Succeeded and a new ETag", async () => {
    const arm = await testArm({ operationMilliseconds: 20 });
    await arm.put(GROUP, {});
    const created = await arm.send("PUT", VNET, vnetBody());
    const url = created.headers.get("azure-asyncoperation") ?? "";
    expect([
      created.status,
      created.body.properties.provisioningState,
      created.headers.get("location"),
    ]).toEqual([201, "Updating", null]);
    expect((await arm.send("GET", url)).body).toEqual({ status: "InProgress" });
    await arm.idle();
    expect((await arm.send("GET", url)).body).toEqual({ status: "Succeeded" });
    const settled = await arm.send("GET", VNET);
    expect(settled.body.properties.provisioningState).toBe("Succeeded");
    expect(settled.body.etag).not.toBe(created.body.etag);
    expect(settled.headers.get("etag")).toBe(settled.body.etag);
    expect(settled.body.properties.subnets[0].etag).toBe(settled.body.etag);
  });

  test("a delete is 202 with both ways to ask, then gone; again it is 204", async () => {
    const arm = await armWithPls();
    const deleted = await arm.send("DELETE", PLS);
    expect([deleted.status, deleted.body]).toEqual([202, undefined]);
    expect((await arm.send("GET", deleted.headers.get("location") ?? "")).status).toBe(202);
    await arm.idle();
    expect((await arm.send("GET", deleted.headers.get("location") ?? "")).status).toBe(200);
    expect((await arm.send("GET", PLS)).said).toBe("404 ResourceNotFound");
    expect((await arm.send("DELETE", PLS)).status).toBe(204);
  });

  test("a load balancer is Succeeded in its first answer", async () => {
    const arm = await armWithPls();
    const created = await arm.send("PUT", `${NET}/loadBalancers/second`, balancerBody());
    expect([
      created.status,
      created.body.properties.provisioningState,
      created.headers.has("azure-asyncoperation"),
    ]).toEqual([201, "Succeeded", true]);
  });

  test("that fails leaves the resource Failed and returns the code", async () => {
    const arm = await armWithPls();
    arm.faults.add({
      method: "PUT",
      path: "privateLinkServices",
      action: { kind: "failOperation", code: "InternalServerError" },
      times: 1,
    });
    const put = await arm.send("PUT", PLS, plsBody());
    await arm.idle();
    expect((await arm.send("GET", put.headers.get("azure-asyncoperation") ?? "")).body).toMatchObject({
      status: "Failed",
      error: { code: "InternalServerError" },
    });
    expect((await arm.send("GET", PLS)).body.properties.provisioningState).toBe("Failed");
  });

  test("that hangs goes on when the fault is taken away", async () => {
    const arm = await armWithPls();
    const fault = arm.faults.add({
      method: "PUT",
      path: "privateLinkServices",
      action: { kind: "hangOperation" },
    });
    const put = await arm.send("PUT", PLS, plsBody());
    arm.faults.remove(fault.id);
    await arm.idle();
    expect((await arm.send("GET", put.headers.get("azure-asyncoperation") ?? "")).body.status).toBe(
      "Succeeded",
    );
  });
});

describe("writers do not trample", () => {
  test("an old ETag is refused with both, the right one and * pass", async () => {
    const arm = await armWithPls();
    const { etag } = (await arm.send("GET", PLS)).body;
    const refused = await arm.send("PUT", PLS, plsBody(), { "if-match": 'W/"old"' });
    expect([refused.said, refused.body.error.details[0].code, refused.body.error.details[0].message]).toEqual(
      [
        "412 PreconditionFailed",
        "PreconditionFailedEtagMismatch",
        expect.stringContaining(`W/"old" does not match etag ${etag}`),
      ],
    );
    expect((await arm.send("PUT", PLS, plsBody(), { "if-match": etag })).status).toBe(200);
    await arm.idle();
    expect((await arm.send("PUT", PLS, plsBody(), { "if-match": "*" })).status).toBe(200);
  });

  test("two writes in one network collide", async () => {
    const arm = await armWithPls({ operationMilliseconds: 20 });
    await arm.send("PUT", `${VNET}/subnets/apps`, { properties: { addressPrefix: "10.0.1.0/24" } });
    const second = await arm.send("PUT", `${VNET}/subnets/more`, {
      properties: { addressPrefix: "10.0.9.0/24" },
    });
    expect([second.said, second.body.error.message]).toEqual([
      "409 AnotherOperationInProgress",
      expect.stringMatching(/use uri: https:\/\/arm.test\/subscriptions\/.*\/operations\//),
    ]);
    await arm.idle();
  });

  test.each([
    ["CanNotDelete", "DELETE", "409 ScopeLocked"],
    ["ReadOnly", "PUT", "409 ScopeLocked"],
    ["CanNotDelete", "PUT", "200"],
  ])("a %s lock on the group, inherited: %s answers %s", async (level, method, said) => {
    const arm = await armWithPls();
    await arm.send("PUT", `${GROUP}/providers/Microsoft.Authorization/locks/keep`, { properties: { level } });
    expect((await arm.send(method, PLS, method === "PUT" ? plsBody() : undefined)).said).toBe(said);
    const locks = await arm.send("GET", `${PLS}/providers/Microsoft.Authorization/locks`);
    expect(locks.body.value).toMatchObject([
      { name: "keep", type: "Microsoft.Authorization/locks", properties: { level } },
    ]);
    await arm.idle();
  });

  test("too many requests are throttled, with a bucket each for reads and writes", async () => {
    let now = new Date("2026-11-23T12:00:00Z");
    const arm = await testArm({
      now: () => now,
      limits: { ...AZURE_LIMITS, reads: { bucket: 2, perSecond: 0.5 } },
    });
    expect(
      (await arm.send("GET", `/subscriptions/${SUBSCRIPTION}/resourcegroups`)).headers.get(
        "x-ms-ratelimit-remaining-subscription-reads",
      ),
    ).toBe("1");
    await arm.send("GET", `/subscriptions/${SUBSCRIPTION}/resourcegroups`);
    const throttled = await arm.send("GET", `/subscriptions/${SUBSCRIPTION}/resourcegroups`);
    expect([throttled.said, throttled.headers.get("retry-after")]).toEqual([
      "429 SubscriptionRequestsThrottled",
      "2",
    ]);
    expect((await arm.send("PUT", GROUP, {})).status).toBe(201);
    now = new Date(now.getTime() + 2000);
    expect((await arm.send("GET", `/subscriptions/${SUBSCRIPTION}/resourcegroups`)).status).toBe(200);
  });
});

describe("lists", () => {
  test("come page by page, by absolute Private Link Services that are followed as they are", async () => {
    const arm = await armWithPls({ pageSize: 2 });
    for (const n of [1, 2, 3]) await arm.put(`${NET}/loadBalancers/more${n}`, balancerBody());
    const names: string[] = [];
    for (
      let next: string | undefined =
        `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network/loadBalancers`;
      next;
    ) {
      const { body } = await arm.send("GET", next);
      names.push(...body.value.map(({ name }: { name: string }) => name));
      next = body.nextLink;
    }
    expect(names).toEqual(["lb", "more1", "more2", "more3"]);
  });

  test("of every type take az's filters", async () => {
    const arm = await armWithPls();
    const filter = encodeURIComponent(
      "resourceGroup eq 'RG' and name eq 'pls' and resourceType eq 'Microsoft.Network/privateLinkServices'",
    );
    const { body } = await arm.send("GET", `/subscriptions/${SUBSCRIPTION}/resources?$filter=${filter}`);
    expect(body.value.map(({ id }: { id: string }) => id)).toEqual([PLS]);
  });
});

describe("faults on demand", () => {
  test.each([
    [
      "429 with Retry-After",
      { kind: "error", status: 429, retryAfterSeconds: 7 } as const,
      "429 TooManyRequests",
    ],
    ["500", { kind: "error", status: 500 } as const, "500 InternalServerError"],
  ])("%s, once", async (_, action, said) => {
    const arm = await armWithPls();
    arm.faults.add({ path: "privateLinkServices", action, times: 1 });
    expect((await arm.send("GET", PLS)).said).toBe(said);
    expect((await arm.send("GET", PLS)).status).toBe(200);
  });

  test("a cut connection, before anything happens", async () => {
    const arm = await armWithPls();
    arm.faults.add({ method: "DELETE", action: { kind: "reset" }, times: 1 });
    await expect(arm.send("DELETE", PLS)).rejects.toThrow("connection reset");
    expect((await arm.send("GET", PLS)).status).toBe(200);
  });

  test("a write that happens, whose answer is lost", async () => {
    const arm = await armWithPls();
    arm.faults.add({ method: "DELETE", action: { kind: "loseAnswer" }, times: 1 });
    await expect(arm.send("DELETE", PLS)).rejects.toThrow("connection reset");
    await arm.idle();
    expect((await arm.send("GET", PLS)).status).toBe(404);
  });
});

test("every write and delete is reported, with its caller; reads are not", async () => {
  const arm = await armWithPls();
  const events: ArmEvent[] = [];
  arm.onEvent((event) => events.push(event));
  await arm.send("GET", PLS);
  await arm.put(PLS, plsBody());
  await arm.send("DELETE", PLS);
  await arm.idle();
  expect(
    events.map(({ operationName, kind, outcome, resourceId, caller }) => ({
      operationName,
      kind,
      outcome,
      resourceId,
      caller: caller.name,
    })),
  ).toEqual([
    {
      operationName: "Microsoft.Network/privateLinkServices/write",
      kind: "Write",
      outcome: "Success",
      resourceId: PLS,
      caller: "test",
    },
    {
      operationName: "Microsoft.Network/privateLinkServices/delete",
      kind: "Delete",
      outcome: "Success",
      resourceId: PLS,
      caller: "test",
    },
  ]);
  const since =
    encodeURIComponent("eventTimestamp ge '2020-01-01T00:00:00Z' and resourceUri eq '") + PLS + "'";
  const log = await arm.send(
    "GET",
    `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values?$filter=${since}`,
  );
  expect(
    log.body.value.map(({ operationName }: { operationName: { value: string } }) => operationName.value),
  ).toEqual([
    "Microsoft.Network/privateLinkServices/delete",
    "Microsoft.Network/privateLinkServices/write",
    "Microsoft.Network/privateLinkServices/write",
  ]);
});

test("tags are merged, replaced and removed", async () => {
  const arm = await armWithPls();
  const tags = `${BALANCER}/providers/Microsoft.Resources/tags/default`;
  await arm.send("PATCH", tags, { operation: "Merge", properties: { tags: { a: "1", b: "2" } } });
  await arm.send("PATCH", tags, { operation: "Delete", properties: { tags: { a: "1" } } });
  expect((await arm.send("GET", BALANCER)).body.tags).toEqual({ b: "2" });
});
