/** What the built app loads when, as a worker really loads it: counted in files and packages, not in time. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { ENTRY_KILOBYTES, kilobytes } from "../../dev/bench/bundle.ts";
import { packagesIn } from "../../dev/bench/cold/artifact.ts";
import { firstCalls, type FirstCalls } from "../../dev/bench/cold/firstCalls.ts";
import { ownAccount } from "../azurite.ts";
import { builtFrom } from "../builders/builtFrom.ts";

/** Each has hundreds of kilobytes. */
const SDKS = ["arm-network", "data-tables", "eventgrid", "identity", "storage-blob", "storage-queue"];
/** With its entire namespace, including all languages, it is three times as large. */
const ZOD_KILOBYTES = 170;

let directory: string;
let storage: string;
let seen: FirstCalls;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mooring-loads-"));
  storage = await ownAccount();
  const built = { app: inject("builtApp"), metafile: await builtFrom() };
  seen = await firstCalls({ directory, connection: storage }, built);
}, 120_000);
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

test("the start loads little, and no SDK", () => {
  expect(sdksIn(seen.start)).toEqual([]);
  expect(kilobytes(seen.start)).toBeLessThan(ENTRY_KILOBYTES);
});

test("every function is called", () =>
  expect(seen.calls.map((one) => one.function).toSorted()).toEqual(seen.functions.toSorted()));

test.each<[string, string[]]>([
  ["health", ["data-tables", "storage-queue"]],
  // A new claim is verified by a message.
  ["admitService", ["data-tables", "storage-queue"]],
  ["mutateService", ["data-tables"]],
  ["declarations", ["data-tables", "storage-blob"]],
  ["api", ["data-tables"]],
  ["dashboard", []],
  ["onResourceEvent", ["data-tables", "storage-queue"]],
  // The event has already requested that scan.
  ["scanInventory", ["data-tables"]],
  ["sweepOrphans", ["data-tables", "storage-queue"]],
  ["auditDrift", ["data-tables", "storage-queue"]],
  ["watchQueues", ["data-tables", "storage-queue"]],
  ["auditDriftWork", ["data-tables", "storage-blob", "storage-queue"]],
  ["pollPrivateLinkServices", ["arm-network", "data-tables", "identity"]],
  // Complete ones remove the poisoned messages of failed ones.
  ["scanInventoryWork", ["arm-network", "data-tables", "identity", "storage-blob", "storage-queue"]],
  ["sweepOrphansWork", ["arm-network", "data-tables", "identity", "storage-blob", "storage-queue"]],
  ["reconcilePls", ["arm-network", "data-tables", "identity"]],
  ["sendNotices", ["data-tables"]],
])("the first call of %s loads no SDK but %j", (name, sdks) => expect(sdksIn(piecesOf(name))).toEqual(sdks));

test("zod is bundled without unused languages: `import * as z`, never `import { z }`", () => {
  const most = Math.max(...seen.calls.map(({ pieces }) => packagesIn(pieces)["zod"] ?? 0));
  expect(most).toBeGreaterThan(0);
  expect(most / 1000).toBeLessThan(ZOD_KILOBYTES);
});

function piecesOf(name: string) {
  const call = seen.calls.find((one) => one.function === name);
  if (!call) throw new Error(`${name} was not called`);
  return call.pieces;
}

function sdksIn(pieces: FirstCalls["start"]): string[] {
  const packages = packagesIn(pieces);
  return SDKS.filter((name) => packages[`@azure/${name}`] !== undefined);
}
