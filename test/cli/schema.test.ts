/** The schema version of the stored data, as the command line reports it. */
import { randomBytes } from "node:crypto";
import { beforeEach, expect, inject, test } from "vitest";
import { createPorts } from "../../shared/adapters/ports.ts";
import type { Ports } from "../../shared/ports/ports.ts";
import { parseSettings } from "../../shared/core/settings.ts";
import { SCHEMA, SCHEMA_VERSION } from "../../shared/storage/schema.ts";
import { SUBSCRIPTION } from "../memory/run.ts";
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

const store = (version: number) =>
  ports.tables.schema.transact(SCHEMA.partition, [
    { do: "put", key: SCHEMA.key, value: { version, changedAtUtc: "" } },
  ]);

test.each([
  [
    "newer",
    SCHEMA_VERSION + 1,
    "the stored data have schema version 4, but this version of Mooring supports only 3: deploy the newer version again",
  ],
  [
    "older",
    SCHEMA_VERSION - 1,
    "the stored data have schema version 2 and are of a version of Mooring that was never released; this version supports only 3: use another storage account, or delete the tables with az storage table delete, and register the clusters again",
  ],
])("of a version that is %s: what to do, and exit code 1", async (is, stored, problem) => {
  await store(stored);
  expect(await mooring("clusters", "list")).toEqual({ code: 1, out: "", err: `mooring: ${problem}\n` });
  const shown = await mooring("schema", "-o", "json");
  expect([shown.code, JSON.parse(shown.out)]).toEqual([1, { stored, known: 3, is, problem }]);
  expect(await mooring("schema")).toEqual({ code: 1, out: `T${problem.slice(1)}.\n`, err: "" });
});

test("of nothing yet: the first command makes it, whichever it is", async () => {
  expect((await mooring("schema")).out).toBe(
    "There are no stored data; this version of Mooring has schema 3.\n",
  );
  expect(await mooring("clusters", "list")).toEqual({ code: 0, out: "Nothing found.\n", err: "" });
  expect((await mooring("schema")).out).toBe("The stored data and this version of Mooring have schema 3.\n");
  expect(JSON.parse((await mooring("-o", "json", "schema")).out)).toMatchObject({ stored: 3, is: "current" });
});
