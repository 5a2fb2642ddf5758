/** Raw rows and queues of the app, read with the SDKs alone: what judges must not believe the code that it judges. */
import { TableClient } from "@azure/data-tables";
import { QueueServiceClient, type QueueClient } from "@azure/storage-queue";

export interface RawRow {
  readonly partition: string;
  readonly key: string;
  readonly value: any;
}

const QUEUE_NAMES = ["pls", "inventory", "orphans", "drift", "notices"].map((name) => `mooring-${name}`);

/** All rows of a table; none if there is no such table yet. */
export async function readTable(connection: string, noun: string): Promise<RawRow[]> {
  const client = TableClient.fromConnectionString(connection, `mooring${noun}`, {
    allowInsecureConnection: true,
  });
  try {
    const rows: RawRow[] = [];
    for await (const entity of client.listEntities())
      rows.push({
        partition: plain(entity.partitionKey),
        key: plain(entity.rowKey),
        value: JSON.parse(wholeText(entity)),
      });
    return rows;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return [];
    throw error;
  }
}

/** A value is JSON, cut into columns `json0`, `json1`, … */
function wholeText(entity: Record<string, unknown>): string {
  let whole = "";
  for (let column = 0; typeof entity[`json${column}`] === "string"; column += 1)
    whole += entity[`json${column}`];
  return whole;
}

/** Characters that no key may have are written as `~` and four digits. */
function plain(key = ""): string {
  return key.replaceAll(/~([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** How many messages each queue has, seen or not. */
export async function countMessages(connection: string, suffix = ""): Promise<ReadonlyMap<string, number>> {
  const service = QueueServiceClient.fromConnectionString(connection);
  const counts = QUEUE_NAMES.map(
    async (name) => [name, await count(service.getQueueClient(`${name}${suffix}`))] as const,
  );
  return new Map(await Promise.all(counts));
}

async function count(queue: QueueClient): Promise<number> {
  try {
    return (await queue.getProperties()).approximateMessagesCount ?? 0;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return 0;
    throw error;
  }
}
