/** What a Service gave away, it does not take back from the one that was let in. */
import { beforeEach, expect, test } from "vitest";
import { ClaimWorld } from "../builders/claimWorld.ts";

const [P, Q] = ["10.0.1.50", "10.0.1.51"];
let world: ClaimWorld;

beforeEach(async () => {
  world = await new ClaimWorld(["one", "two"]).start();
  await world.create("one/a", { address: P });
  await world.settle();
});

test("a Service that moved to another address does not take the first one back from a Service of another cluster", async () => {
  await world.update("one/a", { address: Q });
  // The cluster confirms it; its controller has not moved the frontend yet.
  await world.list("one");
  expect((await world.create("two/c", { address: P })).allowed).toBe(true);
  expect((await world.update("one/a", { address: P }))?.allowed).toBe(false);
});

test("a Service that is created again does not take its address back from a Service of another cluster", async () => {
  await world.remove("one/a");
  await world.list("one");
  expect((await world.create("two/c", { address: P })).allowed).toBe(true);
  // Its controller finishes; no scan has run.
  world.reconcile("one");
  await world.list("one");
  expect((await world.create("one/a", { address: P })).allowed).toBe(false);
});

test("a Service that is created again does not take its address back from a Service of the same cluster with the same port", async () => {
  await world.remove("one/a");
  await world.list("one");
  expect((await world.create("one/b", { address: P })).allowed).toBe(true);
  world.reconcile("one");
  await world.list("one");
  expect((await world.create("one/a", { address: P })).allowed).toBe(false);
});

test("the name of a Private Link Service is not taken back either", async () => {
  await world.create("one/n", { pls: "pls-x" });
  await world.settle();
  await world.remove("one/n");
  await world.list("one");
  expect((await world.create("two/c", { pls: "pls-x" })).allowed).toBe(true);
  world.reconcile("one");
  await world.list("one");
  expect((await world.create("one/n", { pls: "pls-x" })).allowed).toBe(false);
});
