import type { Tables } from "../../shared/ports/ports.ts";
import { SCHEMA, SCHEMA_VERSION } from "../../shared/storage/schema.ts";

/** Marks data that a test stores as data of this schema version, as the app would. */
export async function markCurrent({ schema }: Pick<Tables, "schema">): Promise<void> {
  const value = { version: SCHEMA_VERSION, changedAtUtc: "2026-11-23T12:00:00.000Z" };
  await schema.transact(SCHEMA.partition, [{ do: "put", key: SCHEMA.key, value }]);
}
