import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startHostProcess } from "../../dev/sandbox/start/host.ts";
import { ownAccount } from "../azurite.ts";
import { SUBSCRIPTION } from "../memory/run.ts";
import { runCli } from "./runCli.ts";

const BUILDS_TWICE = 240_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mooring-package-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function makePackage(name: string) {
  const file = join(folder, name);
  const { code, out, err } = await runCli(["deploy", "package", "--write", file, "-o", "json"]);
  expect([code, err]).toEqual([0, ""]);
  return { told: JSON.parse(out), zip: await readFile(file) };
}

test(
  "the package is reproducible, matches its reported hash, and runs",
  async () => {
    const first = await makePackage("first.zip");
    const second = await makePackage("second.zip");
    expect(first.zip.equals(second.zip)).toBe(true);
    expect(first.told).toMatchObject({
      bytes: first.zip.length,
      sha256: createHash("sha256").update(first.zip).digest("hex"),
    });
    const app = join(folder, "app");
    for (const [name, content] of Object.entries(unzipSync(first.zip))) {
      await mkdir(dirname(join(app, name)), { recursive: true });
      await writeFile(join(app, name), content);
    }
    expect(await functionsOnHost(app)).toEqual(
      first.told.functions.map(({ name }: { name: string }) => name),
    );
  },
  BUILDS_TWICE,
);

/** Names of the functions that a host finds in it, after the app has reported healthy. */
async function functionsOnHost(app: string): Promise<string[]> {
  const settings = {
    AzureWebJobsStorage: await ownAccount(),
    MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
    MOORING_ARM_ENDPOINT: "https://127.0.0.1:1",
  };
  const host = await startHostProcess({ app, port: 0, state: folder, settings });
  try {
    expect((await fetch(`${host.url}/api/health`)).status).toBe(200);
    const listed = await fetch(`${host.url}/admin/functions`, {
      headers: { "x-functions-key": host.keys.master },
    });
    return ((await listed.json()) as { name: string }[]).map(({ name }) => name).sort();
  } finally {
    await host.stop();
  }
}

describe("an output file that cannot be written is reported before anything is built", () => {
  test.each([
    [
      "a folder that is not there",
      () => join(folder, "none/mooring.zip"),
      /folder .*none does not exist; create it first/,
    ],
    ["a folder", () => join(folder, "taken.zip"), /is not a file/],
    ["no zip", () => join(folder, "mooring"), /the file name must end with \.zip/],
    ["a file where a folder should be", () => join(folder, "plain/mooring.zip"), /folder .* does not exist/],
  ])("%s", async (_, path, problem) => {
    await mkdir(join(folder, "taken.zip"), { recursive: true });
    await writeFile(join(folder, "plain"), "");
    const { code, out, err } = await runCli(["deploy", "package", "--write", path()]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(problem);
    expect(err.trim().split("\n")).toHaveLength(1);
  });
});
