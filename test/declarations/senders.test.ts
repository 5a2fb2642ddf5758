/** Senders that share a registration, are in the wrong cluster, or hold a token that leaked: none keeps the true one from reporting. */
import { beforeEach, expect, test } from "vitest";
import { rebindCluster } from "../../shared/declarations/clusterIdentity.ts";
import { propose } from "../../shared/declarations/proposals.ts";
import { contradictionsOf } from "../../shared/declarations/clusterContradictions.ts";
import { listClusters } from "../../shared/declarations/registry.ts";
import { Reporter, internalService } from "../builders/reports.ts";
import { cluster, declared, intent } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

const OLD = "aaaaaaaa-0000-4000-8000-000000000001";
const REBUILT = "aaaaaaaa-0000-4000-8000-000000000002";
let run: MemoryRun;
let reporter: Reporter;

beforeEach(async () => {
  run = memoryRun();
  await put(
    cluster({
      identity: {
        uid: OLD,
        boundAtUtc: "2026-11-23T12:00:00.000Z",
        corroboration: { by: "frontend", detail: "a", atUtc: "" },
      },
    }),
  );
  reporter = new Reporter(run, "one", OLD);
});

const put = (value: ReturnType<typeof cluster>) =>
  run.tables.clusters.transact("all", [{ do: "put", key: value.name, value }]);
const confirmed = () => run.tables.declarations.all();
const many = (count: number) =>
  Array.from({ length: count }, (_, n) => internalService(`s${String(n).padStart(5, "0")}`));

test("a bookmark with a huge resourceVersion does not block the cluster for ever, or rebind unblocks it", async () => {
  await reporter.list([internalService("a")]);
  const huge = "9".repeat(39);
  await reporter.step(JSON.stringify({ type: "BOOKMARK", object: { metadata: { resourceVersion: huge } } }));
  // The token is rotated; the true sender starts again.
  const answer = await reporter.list([internalService("a"), internalService("b")]);
  if (answer.outcome !== "list complete")
    await rebindCluster(run, "one", { uid: OLD, reason: "as the answer advises", who: "ann" });
  expect((await reporter.list([internalService("a"), internalService("b")])).outcome).toBe("list complete");
});

test("a cluster that was restored from a backup can be confirmed as the refusal advises", async () => {
  reporter.version = 1000;
  await reporter.list([internalService("a")]);
  reporter.version = 500;
  const { problems = [] } = await reporter.list([internalService("a")]);
  expect(problems.join()).toContain("mooring clusters rebind");
  await rebindCluster(run, "one", { uid: OLD, reason: "restored from a backup", who: "ann" });
  expect((await reporter.list([internalService("a")])).outcome).toBe("list complete");
});

test("what a complete list shows replaces a row of a higher resourceVersion: the list is the newer statement", async () => {
  // A forged or lost timeline: the row has 5000, and the cluster's list at 6000 has the Service at 20.
  await reporter.list([]);
  const event = reporter.object({ ...internalService("a"), uid: "old", resourceVersion: "5000" });
  reporter.version = 5000;
  await reporter.step([JSON.stringify({ type: "ADDED", object: event }), reporter.bookmark()].join("\n"));
  reporter.version = 6000;
  await reporter.list([{ ...internalService("a"), uid: "living", resourceVersion: "20" }]);
  await reporter.list([{ ...internalService("a"), uid: "living", resourceVersion: "20" }]);
  expect(confirmed().map(({ uid }) => uid)).toEqual(["living"]);
});

test("the old cluster's window that is taken during a rebind leaves nothing behind that hides the rebuilt cluster's Service", async () => {
  reporter.version = 900_000;
  await reporter.list([]);
  // A host reads the window of the old cluster and loses its lease; an operator confirms the rebuilt cluster; then the rows are written.
  const { declarations } = run.tables;
  const get = declarations.get.bind(declarations);
  let once = true;
  declarations.get = async (partition, key) => {
    if (once) {
      once = false;
      run.clock.advance(120);
      await rebindCluster(run, "one", { uid: REBUILT, reason: "rebuilt", who: "ann" });
    }
    return get(partition, key);
  };
  await reporter
    .confirm([{ type: "ADDED", service: { ...internalService("web"), uid: "old-uid" } }])
    .catch(() => undefined);
  const rebuilt = new Reporter(run, "one", REBUILT);
  const web = { ...internalService("web"), uid: "new-uid", resourceVersion: "12" };
  await rebuilt.list([web]);
  await rebuilt.list([web]);
  expect(confirmed().map(({ uid }) => uid)).toEqual(["new-uid"]);
});

test("a list request from before a rebind does not make the rebuilt cluster list without end", async () => {
  await reporter.list([]);
  await run.tables.feeds.transact("wanted", [
    { do: "put", key: "one", value: { cluster: "one", sequence: 50_000 } },
  ]);
  await rebindCluster(run, "one", { uid: REBUILT, reason: "rebuilt", who: "ann" });
  const rebuilt = new Reporter(run, "one", REBUILT);
  await rebuilt.list([]);
  let lists = 0;
  for (let n = 0; n < 40; n += 1) {
    run.clock.advance(8);
    if ((await rebuilt.step()).outcome === "list complete") lists += 1;
  }
  expect(lists).toBeLessThan(2);
});

test("the token of a second registration cannot make the first one's identity contradictory", async () => {
  await reporter.list([]);
  const resourceId = cluster().resourceId.replace(/one$/, "two");
  const { identity: _none, ...two } = cluster({ name: "two", resourceId, nodeResourceGroup: "MC_two" });
  await put(two);
  // Applied with the wrong context: the list of cluster one with the token of cluster two.
  await new Reporter(run, "two", OLD).list([]);
  expect(contradictionsOf(await listClusters(run)).get("one") ?? []).toEqual([]);
});

test("a sender in another cluster does not keep a large cluster's new sender from completing its list", async () => {
  const foreign = new Reporter(run, "one", "foreign");
  await foreign.start();
  reporter.services = many(2000);
  await reporter.start();
  const outcomes: string[] = [];
  for (let n = 0; n < 40; n += 1) {
    outcomes.push((await reporter.step()).outcome);
    // Slower than the true one: one post for each two.
    if (n % 2 === 0) await foreign.step();
  }
  expect(outcomes).toContain("list complete");
});

test("two senders of one cluster do not keep each other from completing a list in pages", async () => {
  const other = new Reporter(run, "one", OLD);
  for (const one of [reporter, other]) {
    one.services = many(1200);
    await one.start();
  }
  const outcomes: string[] = [];
  for (let n = 0; n < 40; n += 1)
    for (const one of [reporter, other]) outcomes.push((await one.step()).outcome);
  expect(outcomes).toContain("list complete");
});

test("staged pages of foreign lists, and of sessions that were replaced, do not pile up", async () => {
  const foreign = new Reporter(run, "one", "foreign");
  const counts: number[] = [];
  for (let n = 0; n < 5; n += 1) {
    expect((await foreign.list(many(1200))).outcome).toBe("foreign");
    counts.push(run.tables.pages.all().length);
  }
  expect(counts.at(-1)).toBe(counts[0]);
});

test("a request that is refused and repeated every minute does not cause a list every minute", async () => {
  await reporter.list([internalService("web")]);
  let lists = 0;
  for (let minute = 0; minute < 60; minute += 1) {
    const asked = intent({ addresses: { ipv4: "10.0.1.99" } });
    await propose(run, declared({ strength: "proposal", uid: "uid-web", intent: asked }));
    for (let n = 0; n < 7; n += 1) {
      run.clock.advance(8.5);
      if ((await reporter.step()).outcome === "list complete") lists += 1;
    }
  }
  expect(lists).toBeLessThan(10);
});

test("two senders of one cluster do not make it list without end", async () => {
  const other = new Reporter(run, "one", OLD);
  for (const one of [reporter, other]) await one.list([internalService("a")]);
  let lists = 0;
  for (let n = 0; n < 40; n += 1) {
    run.clock.advance(4);
    for (const one of [reporter, other]) if ((await one.step()).outcome === "list complete") lists += 1;
  }
  expect(lists).toBeLessThan(4);
});

test("an empty window costs as many reads whether five or five hundred proposals are pending", async () => {
  await reporter.list([]);
  const { declarations } = run.tables;
  const get = declarations.get.bind(declarations);
  let reads = 0;
  declarations.get = (partition, key) => {
    reads += 1;
    return get(partition, key);
  };
  for (let n = 0; n < 500; n += 1)
    await propose(run, declared({ strength: "proposal", name: `s${n}`, uid: `uid-${n}` }));
  await reporter.confirm();
  expect(reads).toBeLessThan(50);
});

test("a list that lacks five hundred Services ends them in batches", async () => {
  await reporter.list(many(500));
  const { declarations } = run.tables;
  const transact = declarations.transact.bind(declarations);
  let writes = 0;
  declarations.transact = (partition, batch) => {
    writes += 1;
    return transact(partition, batch);
  };
  await reporter.list([]);
  expect(writes).toBeLessThan(50);
});

test("a cluster's feed names its newest confirmation, also after an older candidate's list", async () => {
  const other = new Reporter(run, "one", OLD);
  await reporter.list([]);
  await other.start();
  for (let n = 0; n < 5; n += 1) await reporter.confirm();
  const before = run.tables.feeds.all()[0]?.confirmed?.sequence ?? 0;
  other.version = reporter.version;
  await other.step();
  expect(run.tables.feeds.all()[0]?.confirmed?.sequence).toBeGreaterThanOrEqual(before);
});

test("the list of another cluster is refused as foreign, also if its resourceVersion is lower", async () => {
  reporter.version = 1000;
  await reporter.list([internalService("a")]);
  // A young cluster: its resourceVersions are low.
  const answer = await new Reporter(run, "one", "foreign").list([]);
  expect(answer.outcome).toBe("foreign");
  expect(run.tables.feeds.all()[0]?.refused).toBeDefined();
});

test("a list that began before the one that lacked a Service is no second proof of its absence", async () => {
  await reporter.list([internalService("a")]);
  const other = new Reporter(run, "one", OLD);
  await other.start();
  await reporter.list([]);
  other.version = reporter.version;
  expect(await other.step()).toMatchObject({ outcome: "list complete", report: { removed: 0 } });
  expect(confirmed()).toHaveLength(1);
  expect(await reporter.list([])).toMatchObject({ report: { removed: 1 } });
});
