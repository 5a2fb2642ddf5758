import type { Tables } from "../../shared/ports/ports.ts";
import { newestOf, SCHEMA } from "../../shared/storage/schema.ts";

/** Says of data that a test puts there what the app would have said: that they are of this version. */
export async function markCurrent({ schema }: Pick<Tables, "schema">): Promise<void> {
  const value = { version: newestOf(), changedAtUtc: "2026-11-23T12:00:00.000Z" };
  await schema.transact(SCHEMA.partition, [{ do: "put", key: SCHEMA.key, value }]);
}
