/** Checks for each table, queue and container whether it exists and is writable, without writing. */
import type { StoragePart } from "../ports/installation.ts";
import type { Settings } from "../core/settings.ts";
import { QUEUES } from "../ports/queue.ts";
import { CONTAINERS, containerOpener, QUICK_FAILURE, queueOpener, tableOpener } from "./clients.ts";
import { statusOf } from "./tableError.ts";
import { waitForAll } from "../core/waitForAll.ts";

/** The name of an item that never exists. */
const NOTHING = "mooring-doctor-asks";
const NO_MESSAGE = "00000000-0000-4000-8000-000000000000";
const NO_RECEIPT = "AgAAAAMAAAAAAAAAAAAAAAAAAAA=";

interface Parts {
  all(): Promise<StoragePart[]>;
  /** The URL at which storage responds, even if it refuses the request. */
  url(): Promise<string>;
}

export function storageParts(settings: Settings, nouns: readonly string[]): Parts {
  const table = tableOpener(settings);
  const queue = queueOpener(settings, QUICK_FAILURE);
  const container = containerOpener(settings, QUICK_FAILURE);
  return {
    all: () =>
      waitForAll([
        ...nouns.map(async (noun) => {
          const client = await table(noun);
          return part("table", client.tableName, () => client.deleteEntity(NOTHING, NOTHING));
        }),
        ...QUEUES.map(async (name) => {
          const client = await queue(name);
          return part("queue", client.name, () => client.deleteMessage(NO_MESSAGE, NO_RECEIPT));
        }),
        ...Object.values(CONTAINERS).map(async (name) => {
          const client = await container(name);
          return part("container", name, () => client.getBlockBlobClient(NOTHING).delete());
        }),
      ]),
    url: async () => (await table(nouns[0] ?? "")).url,
  };
}

const ABSENT = new Set(["TableNotFound", "QueueNotFound", "ContainerNotFound"]);
/** Storage's answers if the delete is permitted and the item does not exist. */
const WOULD = new Set([400, 404]);
const FORBIDDEN = new Set([401, 403]);

async function part(
  kind: StoragePart["kind"],
  name: string,
  remove: () => Promise<unknown>,
): Promise<StoragePart> {
  try {
    await remove();
    return { kind, name, is: "there" };
  } catch (error) {
    const status = statusOf(error) ?? 0;
    if (FORBIDDEN.has(status)) return { kind, name, is: "forbidden" };
    if (!WOULD.has(status)) throw error;
    return { kind, name, is: ABSENT.has(codeOf(error)) ? "absent" : "there" };
  }
}

/** Table storage returns the code in another place than queues and blobs. */
function codeOf(error: unknown): string {
  const { code, details } = error as {
    code?: string;
    details?: { odataError?: { code?: string }; errorCode?: string };
  };
  return code ?? details?.odataError?.code ?? details?.errorCode ?? "";
}
