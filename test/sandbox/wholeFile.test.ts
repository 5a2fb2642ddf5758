import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { WholeFile } from "../../dev/sandbox/wholeFile.ts";

async function newPath(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "mooring-file-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return join(directory, "state.json");
}

test("many who write at once all succeed, and the last one's text stays", async () => {
  const path = await newPath();
  const file = new WholeFile(path);
  await Promise.all(Array.from({ length: 50 }, (_, n) => file.write(`${n}`.repeat(10_000))));
  expect(await readFile(path, "utf8")).toBe("49".repeat(10_000));
});

test("a failed write is reported, and does not fail later ones", async () => {
  const path = join(await newPath(), "state.json");
  const file = new WholeFile(path);
  await expect(file.write("x")).rejects.toThrow("ENOENT");
  await mkdir(dirname(path));
  await file.write("y");
  expect(await readFile(path, "utf8")).toBe("y");
});
