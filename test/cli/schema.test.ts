/** The form of the stored data as a person sees it, on the data of the version before. */
import { randomBytes } from "node:crypto";
import { beforeEach, expect, inject, test } from "vitest";
import { createPorts } from "../../shared/adapters/ports.ts";
import type { Ports } from "../../shared/ports/ports.ts";
import { parseSettings } from "../../shared/core/settings.ts";
import { newestOf, SCHEMA } from "../../shared/storage/schema.ts";
import { SUBSCRIPTION } from "../memory/run.ts";
import { place, readStored } from "../schema/stored.ts";
import { runCli } from "./runCli.ts";

let env: Record<string, string>;
let ports: Ports;

beforeEach(() => {
  env = {
    AzureWebJobsStorage: inject("storage"),
    MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
    MOORING_TABLE_PREFIX: `s${randomBytes(6).toString("hex")}`,
  };
  ({ ports } = createPorts(parseSettings(env)));
});

const mooring = (...args: string[]) => runCli(args, { env });

test("data of the previous version: shown, refused by other commands, and upgraded on request", async () => {
  await place({ ports }, readStored(1));
  const shown = await mooring("schema");
  expect(shown.code).toBe(0);
  expect(shown.out).toMatch(
    /^The stored data has schema 1, this version of Mooring has schema 3\.\n +2 +pending +the scopes/,
  );
  const refused = await mooring("audit", "list");
  expect([refused.code, refused.out]).toEqual([1, ""]);
  expect(refused.err).toMatch(
    /^mooring: the stored data are of schema 1, .* upgrade the app, which brings them forward/,
  );
  expect((await mooring("schema", "upgrade")).out).toBe("Upgraded the stored data from schema 1 to 3.\n");
  expect((await mooring("schema", "upgrade")).out).toBe("No changes: the stored data has schema 3.\n");
  const runs = JSON.parse((await mooring("-o", "json", "audit", "list")).out);
  expect(runs.map(({ scopeCount }: { scopeCount: number }) => scopeCount)).toEqual([5, 5, 5, 5, 5]);
  expect((await mooring("audit", "show", "latest")).code).toBe(0);
});

test("of a newer version: what to do, and exit code 1", async () => {
  const value = { version: newestOf() + 1, changedAtUtc: "" };
  await ports.tables.schema.transact(SCHEMA.partition, [{ do: "put", key: SCHEMA.key, value }]);
  const problem = `the stored data are of schema 4, this version of Mooring knows 3: deploy the newer version again`;
  expect(await mooring("clusters", "list")).toEqual({ code: 1, out: "", err: `mooring: ${problem}\n` });
  expect((await mooring("schema", "upgrade")).err).toBe(`mooring: ${problem}\n`);
  const shown = await mooring("schema", "-o", "json");
  expect([shown.code, JSON.parse(shown.out)]).toMatchObject([
    1,
    { stored: 4, known: 3, is: "newer", problem },
  ]);
});

test("of nothing yet: the first command makes it, whichever it is", async () => {
  expect(await mooring("clusters", "list")).toEqual({ code: 0, out: "Nothing found.\n", err: "" });
  expect(JSON.parse((await mooring("-o", "json", "schema")).out)).toMatchObject({ stored: 3, is: "current" });
});
