import { randomBytes } from "node:crypto";
import type { TableClient } from "@azure/data-tables";
import fc from "fast-check";
import { describe, expect, inject, test } from "vitest";
import { tableOpener } from "../../shared/adapters/clients.ts";
import { azureTable } from "../../shared/adapters/table.ts";
import { decodeKey, encodeKey } from "../../shared/adapters/tableKey.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { parseSettings } from "../../shared/core/settings.ts";
import type { Row, Table } from "../../shared/ports/table.ts";
import { SUBSCRIPTION } from "../memory/run.ts";
import { MemoryTable } from "../memory/table.ts";
import { HOSTILE } from "../security/hostile.ts";

type Value = { text: string; more?: unknown };

const implementations: [string, () => Table<Value>][] = [
  ["memory", () => new MemoryTable<Value>()],
  ["Azure Tables on Azurite", () => azureTable<Value>(onAzurite())],
];

function onAzurite(): () => Promise<TableClient> {
  const name = `t${randomBytes(8).toString("hex")}`;
  const settings = parseSettings({
    MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
    AzureWebJobsStorage: inject("storage"),
    MOORING_TABLE_PREFIX: name,
  });
  const open = tableOpener(settings);
  return () => open("");
}

async function rows(
  table: Table<Value>,
  partition: string,
  range?: { from?: string; to?: string },
): Promise<Row<Value>[]> {
  return Array.fromAsync(table.list(partition, range));
}

describe.each(implementations)("Table on %s", (_, create) => {
  test("a row that was never written is absent, even before the table exists", async () => {
    const table = create();
    expect(await table.get("p", "k")).toBeUndefined();
    expect(await rows(table, "p")).toEqual([]);
  });

  test("an inserted row comes back with its version", async () => {
    const table = create();
    const written = await table.transact("p", [{ do: "insert", key: "k", value: { text: "a" } }]);
    const row = await table.get("p", "k");
    expect(written).toEqual({ ok: true, versions: [row?.version] });
    expect(row).toMatchObject({ partition: "p", key: "k", value: { text: "a" } });
  });

  test("inserting what exists is refused and changes nothing", async () => {
    const table = create();
    await table.transact("p", [{ do: "insert", key: "k", value: { text: "first" } }]);
    const second = await table.transact("p", [{ do: "insert", key: "k", value: { text: "second" } }]);
    expect(second).toEqual({ ok: false, index: 0, why: "exists" });
    expect((await table.get("p", "k"))?.value).toEqual({ text: "first" });
  });

  test("of many racing inserts exactly one wins", async () => {
    const table = create();
    await table.transact("p", [{ do: "put", key: "other", value: { text: "" } }]);
    const attempts = Array.from({ length: 20 }, (_, n) =>
      table.transact("p", [{ do: "insert", key: "k", value: { text: String(n) } }]),
    );
    const outcomes = await Promise.all(attempts);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
  });

  test("a replacement needs the version it names", async () => {
    const table = create();
    await table.transact("p", [{ do: "insert", key: "k", value: { text: "1" } }]);
    const version = (await table.get("p", "k"))?.version ?? "";
    expect((await table.transact("p", [{ do: "replace", key: "k", value: { text: "2" }, version }])).ok).toBe(
      true,
    );
    const again = await table.transact("p", [{ do: "replace", key: "k", value: { text: "3" }, version }]);
    expect(again).toEqual({ ok: false, index: 0, why: "changed" });
    expect((await table.get("p", "k"))?.value).toEqual({ text: "2" });
  });

  test("replacing an absent row is refused as absent", async () => {
    const table = create();
    await table.transact("p", [{ do: "insert", key: "k", value: { text: "1" } }]);
    const version = (await table.get("p", "k"))?.version ?? "";
    await table.transact("p", [{ do: "remove", key: "k" }]);
    expect(await table.transact("p", [{ do: "replace", key: "k", value: { text: "2" }, version }])).toEqual({
      ok: false,
      index: 0,
      why: "absent",
    });
  });

  test("a removal with an old version is refused, without a version it always succeeds", async () => {
    const table = create();
    await table.transact("p", [{ do: "insert", key: "k", value: { text: "1" } }]);
    const version = (await table.get("p", "k"))?.version ?? "";
    await table.transact("p", [{ do: "put", key: "k", value: { text: "2" } }]);
    expect(await table.transact("p", [{ do: "remove", key: "k", version }])).toEqual({
      ok: false,
      index: 0,
      why: "changed",
    });
    expect(await table.transact("p", [{ do: "remove", key: "k" }])).toEqual({
      ok: true,
      versions: [undefined],
    });
    expect(await table.transact("p", [{ do: "remove", key: "k" }])).toEqual({
      ok: true,
      versions: [undefined],
    });
  });

  test("a transaction with one impossible write writes nothing and names it", async () => {
    const table = create();
    await table.transact("p", [{ do: "insert", key: "b", value: { text: "there" } }]);
    const written = await table.transact("p", [
      { do: "put", key: "a", value: { text: "new" } },
      { do: "insert", key: "b", value: { text: "new" } },
      { do: "put", key: "c", value: { text: "new" } },
    ]);
    expect(written).toEqual({ ok: false, index: 1, why: "exists" });
    expect((await rows(table, "p")).map(({ key }) => key)).toEqual(["b"]);
  });

  test("removing an absent row together with other writes succeeds", async () => {
    const table = create();
    await table.transact("p", [{ do: "put", key: "z", value: { text: "z" } }]);
    const written = await table.transact("p", [
      { do: "remove", key: "a" },
      { do: "put", key: "b", value: { text: "b" } },
      { do: "remove", key: "c" },
      { do: "put", key: "d", value: { text: "d" } },
    ]);
    const versions = (await rows(table, "p")).map(({ version }) => version);
    expect(written).toEqual({ ok: true, versions: [undefined, versions[0], undefined, versions[1]] });
  });

  test("a range gives its rows in key order, both ends included, one partition only", async () => {
    const table = create();
    for (const key of ["4-0a000005", "4-0a000001", "4-0a000009", "6-00"])
      await table.transact("p", [{ do: "put", key, value: { text: key } }]);
    await table.transact("q", [{ do: "put", key: "4-0a000002", value: { text: "" } }]);
    const keys = (await rows(table, "p", { from: "4-0a000001", to: "4-0a000005" })).map(({ key }) => key);
    expect(keys).toEqual(["4-0a000001", "4-0a000005"]);
  });

  test("a range from `a|` to `a}` has the keys that begin with `a|`, and none of longer names", async () => {
    const table = create();
    const names = ["/v/net", "/v/net2", "/v/net-b", "/v/net~", "/v/net#", "/v/ne", "/v/netz"];
    for (const name of names)
      await table.transact("p", [{ do: "put", key: `${name}|check|id`, value: { text: name } }]);
    for (const name of names) {
      const found = await rows(table, "p", { from: `${name}|`, to: `${name}}` });
      expect(found.map(({ value }) => value.text)).toEqual([name]);
    }
  });

  test("a list longer than a page is complete and in order", async () => {
    const table = create();
    const keys = Array.from({ length: 1100 }, (_, n) => String(n).padStart(5, "0"));
    for (let at = 0; at < keys.length; at += 100)
      await table.transact(
        "p",
        keys.slice(at, at + 100).map((key) => ({ do: "put", key, value: { text: key } })),
      );
    expect((await rows(table, "p")).map(({ key }) => key)).toEqual(keys);
  });

  test.each([
    ["slashes, hash, question mark and percent", "a/b\\c#d?e%2Ff~0"],
    ["quotes and spaces", `it's "quoted" here`],
    ["control characters", "tab\tnewline\nnull\u0000del\u007F"],
    ["emoji and combining marks", "⚓️ é 漢字"],
    ["253 characters", "n".repeat(253)],
  ])("a key with %s names one row and comes back unchanged", async (_, key) => {
    const table = create();
    await table.transact(key, [{ do: "insert", key, value: { text: key } }]);
    expect(await table.get(key, key)).toMatchObject({ partition: key, key, value: { text: key } });
    expect((await rows(table, key, { from: key, to: key })).map((row) => row.key)).toEqual([key]);
  });

  test.each(HOSTILE)(
    "$what comes back as it was, alone and among others, as value and as key",
    async ({ text }) => {
      const table = create();
      await table.transact(text, [{ do: "insert", key: text, value: { text } }]);
      await table.transact(text, [
        { do: "put", key: text, value: { text, more: [text] } },
        { do: "insert", key: `${text}2`, value: { text: `é${text}漢` } },
      ]);
      const found = (await rows(table, text)).map(({ key, value }) => [key, value.text]);
      expect(found).toEqual([
        [text, text],
        [`${text}2`, `é${text}漢`],
      ]);
      expect((await table.get(text, text))?.value.more).toEqual([text]);
    },
  );

  test("a value of 300,000 characters is returned unchanged", async () => {
    const table = create();
    const text = "⚓a".repeat(150_000);
    await table.transact("p", [{ do: "put", key: "k", value: { text } }]);
    expect((await table.get("p", "k"))?.value).toEqual({ text });
  });

  test("more than 100 writes, or none, are refused before anything is written", async () => {
    const table = create();
    const many = Array.from(
      { length: 101 },
      (_, n) => ({ do: "put", key: String(n), value: { text: "" } }) as const,
    );
    await expect(table.transact("p", many)).rejects.toThrow(InvalidInput);
    await expect(table.transact("p", [])).rejects.toThrow(InvalidInput);
    expect(await rows(table, "p")).toEqual([]);
  });

  test("a key that is written twice is refused before anything is written", async () => {
    const table = create();
    const write = { do: "put", key: "k", value: { text: "" } } as const;
    await expect(table.transact("p", [write, write])).rejects.toThrow(InvalidInput);
    expect(await rows(table, "p")).toEqual([]);
  });
});

test("a value larger than an entity takes is refused with its size", async () => {
  const table = azureTable<Value>(onAzurite());
  const written = table.transact("p", [{ do: "put", key: "big", value: { text: "x".repeat(600_000) } }]);
  await expect(written).rejects.toThrow(
    "row big has 600011 characters, which exceeds the size limit of storage",
  );
});

test("every key survives encoding, holds no forbidden character, and different keys stay different", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
      expect(decodeKey(encodeKey(a))).toBe(a);
      expect(encodeKey(a)).not.toMatch(/[/\\#?%]/);
      expect(encodeKey(a) === encodeKey(b)).toBe(a === b);
    }),
  );
});
