/** The sandbox's control routes take only what they understand: a fault that matches nothing by mistake would make a test of nothing. */
import { describe, expect, test } from "vitest";
import { createArm } from "../../dev/sandbox/arm/server.ts";
import { createControl } from "../../dev/sandbox/control.ts";

const arm = await createArm({ subscriptions: {} });
const control = createControl({
  arm,
  identityHeader: "header",
  events: () => undefined,
  fleet: () => undefined,
  about: () => ({}),
});

const post = async (path: string, body: unknown) => {
  const answer = await control.request(path, { method: "POST", body: JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
};

describe("faults by hand", () => {
  test("one is added, listed and removed", async () => {
    const fault = {
      method: "PUT",
      path: "loadBalancers",
      action: { kind: "latency", milliseconds: 5 },
      times: 2,
    };
    const { status, body } = await post("/sandbox/faults", fault);
    expect([status, body]).toEqual([201, { id: expect.any(String), ...fault }]);
    expect(arm.faults.list()).toEqual([body]);
    const id = (body as { id: string }).id;
    expect((await control.request(`/sandbox/faults/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await control.request(`/sandbox/faults/${id}`, { method: "DELETE" })).status).toBe(404);
  });

  test.each([
    ["no action", {}, "action"],
    ["an action that does not exist", { action: { kind: "explode" } }, "action.kind"],
    ["a status that is no failure", { action: { kind: "error", status: 200 } }, "action.status"],
    ["a misspelt field", { action: { kind: "reset" }, tiems: 1 }, "tiems"],
    ["a broken expression", { action: { kind: "reset" }, path: "(" }, "is no regular expression"],
  ])("%s is refused", async (_what, fault, problem) => {
    const { status, body } = await post("/sandbox/faults", fault);
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining(problem)]);
    expect(arm.faults.list()).toEqual([]);
  });
});

test("an older controller is selected by its field", async () => {
  const patch = (body: object) =>
    control.request("/sandbox/clusters/aks-one/controller", { method: "PATCH", body: JSON.stringify(body) });
  expect((await patch({ takesOver: true })).status).toBe(400);
});

test("a cluster whose name cannot stand in a resource name is refused", async () => {
  expect(await post("/sandbox/clusters", { name: "../up" })).toMatchObject({ status: 400 });
});
