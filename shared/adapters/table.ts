/**
 * Adapter: `Table` on Azure Table storage: encodes keys, splits large values, and translates errors by status and code. Called
 * only through `ports.ts`.
 * @see https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
 */
import type { TableClient, TableEntityResult, TransactionAction } from "@azure/data-tables";
import {
  checkTransaction,
  type KeyRange,
  type Row,
  type Table,
  type Write,
  type Written,
} from "../ports/table.ts";
import { decodeKey, encodeKey } from "./tableKey.ts";
import { fromColumns, toColumns, type Columns } from "./tableColumns.ts";
import { refusalOf, statusOf } from "./tableError.ts";

/** A table of rows of `T`, with the client of `open`. Creates the table if storage returns that it does not exist. */
export function azureTable<T>(open: () => Promise<TableClient>): Table<T> {
  return {
    get: (partition, key) => getRow<T>(open, partition, key),
    list: (partition, range) => listRows<T>(open, partition, range),
    transact: (partition, writes) => transact(open, partition, writes),
  };
}

async function getRow<T>(
  open: () => Promise<TableClient>,
  partition: string,
  key: string,
): Promise<Row<T> | undefined> {
  const client = await open();
  try {
    return toRow<T>(await client.getEntity<Columns>(encodeKey(partition), encodeKey(key)));
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

async function* listRows<T>(
  open: () => Promise<TableClient>,
  partition: string,
  range?: KeyRange,
): AsyncIterable<Row<T>> {
  const client = await open();
  try {
    const filter = toFilter(partition, range);
    for await (const entity of client.listEntities<Columns>({ queryOptions: { filter } }))
      yield toRow<T>(entity);
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}

async function transact<T>(
  open: () => Promise<TableClient>,
  partition: string,
  writes: readonly Write<T>[],
): Promise<Written> {
  checkTransaction(writes);
  const client = await open();
  const [only, ...others] = writes;
  const write = () =>
    only && others.length === 0 && isAscii(only)
      ? writeAlone(client, partition, only)
      : submit(
          client,
          writes.map((one) => toAction(partition, one)),
          writes,
        );
  try {
    return await write();
  } catch (error) {
    if (statusOf(error) !== 404 || refusalOf(error)?.code !== "TableNotFound") throw error;
    await client.createTable();
    return write();
  }
}

// Azurite splits the body of a single write inside multi-byte characters, but not that of a transaction.
function isAscii(write: Write<unknown>): boolean {
  return write.do === "remove" || /^[\0-\x7f]*$/.test(JSON.stringify(write.value));
}

/** One write without a transaction, which would cost more than the write itself. */
async function writeAlone<T>(client: TableClient, partition: string, write: Write<T>): Promise<Written> {
  try {
    const { etag } = await sendAlone(client, partition, write);
    return { ok: true, versions: [write.do === "remove" ? undefined : etag] };
  } catch (error) {
    const why = refusalOf(error)?.why;
    if (why === undefined) throw error;
    return isIdleRemoval(write, why) ? { ok: true, versions: [undefined] } : { ok: false, index: 0, why };
  }
}

function sendAlone<T>(
  client: TableClient,
  partition: string,
  write: Write<T>,
): Promise<{ readonly etag?: string; readonly date?: Date }> {
  const keys = { partitionKey: encodeKey(partition), rowKey: encodeKey(write.key) };
  if (write.do === "remove")
    return client.deleteEntity(keys.partitionKey, keys.rowKey, { etag: write.version ?? "*" });
  const entity = { ...keys, ...toColumns(write.value, write.key) };
  if (write.do === "insert") return client.createEntity(entity);
  if (write.do === "put") return client.upsertEntity(entity, "Replace");
  return client.updateEntity(entity, "Replace", { etag: write.version });
}

async function submit<T>(
  client: TableClient,
  actions: TransactionAction[],
  writes: readonly Write<T>[],
): Promise<Written> {
  try {
    const { subResponses } = await client.submitTransaction(actions);
    return {
      ok: true,
      versions: subResponses.map((response, index) =>
        writes[index]?.do === "remove" ? undefined : response.etag,
      ),
    };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal?.why === undefined) throw error;
    if (isIdleRemoval(writes[refusal.index], refusal.why))
      return withoutIdleRemoval(client, actions, writes, refusal.index);
    return { ok: false, index: refusal.index, why: refusal.why };
  }
}

/** Removing an absent row without a version counts as success, but storage rejects the entire batch for it. */
function isIdleRemoval(write: Write<unknown> | undefined, why: string): boolean {
  return write?.do === "remove" && write.version === undefined && why === "absent";
}

async function withoutIdleRemoval<T>(
  client: TableClient,
  actions: TransactionAction[],
  writes: readonly Write<T>[],
  index: number,
): Promise<Written> {
  const rest = writes.toSpliced(index, 1);
  if (rest.length === 0) return { ok: true, versions: [undefined] };
  const written = await submit(client, actions.toSpliced(index, 1), rest);
  if (written.ok) return { ok: true, versions: written.versions.toSpliced(index, 0, undefined) };
  return written.index < index ? written : { ...written, index: written.index + 1 };
}

function toAction<T>(partition: string, write: Write<T>): TransactionAction {
  const keys = { partitionKey: encodeKey(partition), rowKey: encodeKey(write.key) };
  if (write.do === "remove") return ["delete", keys];
  const entity = { ...keys, ...toColumns(write.value, write.key) };
  if (write.do === "insert") return ["create", entity];
  if (write.do === "put") return ["upsert", entity, "Replace"];
  return ["update", { ...entity, etag: write.version }, "Replace", { etag: write.version }];
}

function toRow<T>(entity: TableEntityResult<Columns>): Row<T> {
  return {
    partition: decodeKey(entity.partitionKey ?? ""),
    key: decodeKey(entity.rowKey ?? ""),
    version: entity.etag,
    value: fromColumns(entity) as T,
  };
}

function toFilter(partition: string, { from, to }: KeyRange = {}): string {
  const parts = [`PartitionKey eq '${quoted(partition)}'`];
  if (from !== undefined) parts.push(`RowKey ge '${quoted(from)}'`);
  if (to !== undefined) parts.push(`RowKey le '${quoted(to)}'`);
  return parts.join(" and ");
}

function quoted(key: string): string {
  return encodeKey(key).replaceAll("'", "''");
}
