import { randomBytes } from "node:crypto";
import { BlobServiceClient } from "@azure/storage-blob";
import { describe, expect, inject, test } from "vitest";
import { azureStates } from "../../shared/adapters/states.ts";
import type { States } from "../../shared/ports/states.ts";
import { MemoryStates } from "../memory/states.ts";

const implementations: [string, () => States][] = [
  ["memory", () => new MemoryStates()],
  ["blobs on Azurite", onAzurite],
];

function onAzurite(): States {
  const container = `c${randomBytes(8).toString("hex")}`;
  const client = BlobServiceClient.fromConnectionString(inject("storage")).getContainerClient(container);
  return azureStates(async () => client);
}

describe.each(implementations)("States in %s", (_, create) => {
  test("a state that was never saved is absent, and can be removed, even before anything was saved", async () => {
    const states = create();
    expect(await states.load("audits/none.json")).toBeUndefined();
    await states.remove("audits/none.json");
  });

  test("a saved state is returned unchanged, and the last one counts", async () => {
    const states = create();
    await states.save("audits/a.json", [1]);
    await states.save("audits/a.json", [{ name: "⚓️", more: { deep: [null, true] } }]);
    expect(await states.load("audits/a.json")).toEqual([{ name: "⚓️", more: { deep: [null, true] } }]);
  });

  test("what was removed is absent, and the others stay", async () => {
    const states = create();
    await states.save("a.json", 1);
    await states.save("b.json", 2);
    await states.remove("a.json");
    await states.remove("a.json");
    expect([await states.load("a.json"), await states.load("b.json")]).toEqual([undefined, 2]);
  });
});
