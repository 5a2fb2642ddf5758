/**
 * Queue triggers: polling with back-off, ten-minute leases, retries by visibility, the poison queue.
 * @see https://github.com/Azure/azure-sdk-for-net/tree/main/sdk/storage/Microsoft.Azure.WebJobs.Extensions.Storage.Queues
 */
import { QueueServiceClient, type QueueClient, type ReceivedMessageItem } from "@azure/storage-queue";
import { setTimeout as delay } from "node:timers/promises";
import { invoke, type HostLog } from "./invoke.ts";
import type { HostJson, LoadedApp, LoadedFunction } from "./load.ts";

const LEASE_SECONDS = 600;
const FIRST_POLL_MILLISECONDS = 100;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

interface Settings {
  batchSize: number;
  threshold: number;
  maxPollMilliseconds: number;
  retrySeconds: number;
  maxDequeueCount: number;
}

export class QueueListener {
  readonly #app: LoadedApp;
  readonly #target: LoadedFunction;
  readonly #log: HostLog;
  readonly #settings: Settings;
  readonly #queue: QueueClient;
  readonly #poison: QueueClient;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #polling: Promise<void> = Promise.resolve();

  constructor(app: LoadedApp, target: LoadedFunction, log: HostLog) {
    this.#app = app;
    this.#target = target;
    this.#log = log;
    this.#settings = settingsOf(app.hostJson);
    const connection = process.env[target.trigger.connection ?? ""];
    if (!connection)
      throw new Error(`function ${target.name}: setting ${target.trigger.connection ?? ""} is not there`);
    const service = QueueServiceClient.fromConnectionString(connection);
    const name = target.trigger.queueName ?? "";
    this.#queue = service.getQueueClient(name);
    this.#poison = service.getQueueClient(`${name}-poison`);
  }

  /** Listens from now on; the queue is made when it is not there yet. */
  start(): void {
    this.#polling = this.#queue.createIfNotExists().then(
      () => this.#poll(),
      () => this.#poll(),
    );
  }

  /** Ends polling and lets running work end, for ten seconds at most. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#polling;
    await Promise.race([Promise.allSettled(this.#running), delay(10_000, undefined, { ref: false })]);
  }

  async #poll(): Promise<void> {
    let wait = FIRST_POLL_MILLISECONDS;
    while (!this.#stopping.signal.aborted) {
      const found = this.#running.size > this.#settings.threshold ? 0 : await this.#takeBatch();
      wait = found > 0 ? FIRST_POLL_MILLISECONDS : Math.min(wait * 2, this.#settings.maxPollMilliseconds);
      await delay(wait, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }

  async #takeBatch(): Promise<number> {
    try {
      const { receivedMessageItems } = await this.#queue.receiveMessages({
        numberOfMessages: this.#settings.batchSize,
        visibilityTimeout: LEASE_SECONDS,
      });
      for (const message of receivedMessageItems) this.#track(this.#handle(message));
      return receivedMessageItems.length;
    } catch (error) {
      this.#log({
        level: "warning",
        function: this.#target.name,
        message: `queue could not be read: ${error instanceof Error ? error.message : String(error)}`,
      });
      return 0;
    }
  }

  #track(work: Promise<void>): void {
    const tracked = work.catch((error: unknown) =>
      this.#log({ level: "error", function: this.#target.name, message: String(error) }),
    );
    this.#running.add(tracked);
    void tracked.then(() => this.#running.delete(tracked));
  }

  async #handle(message: ReceivedMessageItem): Promise<void> {
    if (!BASE64.test(message.messageText)) return this.#toPoison(message, message.popReceipt);
    const lease = this.#renew(message);
    try {
      await invoke(this.#app, this.#target, toTrigger(message), this.#log);
      await this.#queue.deleteMessage(message.messageId, await lease.stop());
    } catch {
      await this.#failed(message, await lease.stop());
    }
  }

  async #failed(message: ReceivedMessageItem, popReceipt: string): Promise<void> {
    if (message.dequeueCount >= this.#settings.maxDequeueCount) return this.#toPoison(message, popReceipt);
    await this.#queue.updateMessage(
      message.messageId,
      popReceipt,
      message.messageText,
      this.#settings.retrySeconds,
    );
  }

  async #toPoison(message: ReceivedMessageItem, popReceipt: string): Promise<void> {
    this.#log({
      level: "error",
      function: this.#target.name,
      message: `message ${message.messageId} moved to ${this.#poison.name}`,
    });
    await this.#poison.createIfNotExists();
    await this.#poison.sendMessage(message.messageText);
    await this.#queue.deleteMessage(message.messageId, popReceipt);
  }

  #renew(message: ReceivedMessageItem) {
    let popReceipt = message.popReceipt;
    let renewing: Promise<void> = Promise.resolve();
    const timer = setInterval(
      () => {
        renewing = this.#queue
          .updateMessage(message.messageId, popReceipt, message.messageText, LEASE_SECONDS)
          .then((renewed) => void (popReceipt = renewed.popReceipt ?? popReceipt));
      },
      (LEASE_SECONDS * 1000) / 2,
    );
    const stop = async () => {
      clearInterval(timer);
      await renewing;
      return popReceipt;
    };
    return { stop };
  }
}

function toTrigger(message: ReceivedMessageItem) {
  const string = Buffer.from(message.messageText, "base64").toString("utf8");
  return {
    data: { string },
    metadata: {
      QueueTrigger: { string },
      Id: { string: message.messageId },
      PopReceipt: { string: message.popReceipt },
      DequeueCount: { json: String(message.dequeueCount) },
      InsertionTime: { json: JSON.stringify(message.insertedOn) },
      ExpirationTime: { json: JSON.stringify(message.expiresOn) },
      NextVisibleTime: { json: JSON.stringify(message.nextVisibleOn) },
    },
  };
}

function settingsOf({ extensions }: HostJson): Settings {
  const {
    batchSize = 16,
    newBatchThreshold,
    maxPollingInterval = "00:01:00",
    visibilityTimeout = "00:00:00",
    maxDequeueCount = 5,
  } = extensions?.queues ?? {};
  return {
    batchSize,
    threshold: newBatchThreshold ?? batchSize / 2,
    maxPollMilliseconds: toSeconds(maxPollingInterval) * 1000,
    retrySeconds: toSeconds(visibilityTimeout),
    maxDequeueCount,
  };
}

/** `hh:mm:ss` */
function toSeconds(span: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = span.split(":").map(Number);
  return hours * 3600 + minutes * 60 + seconds;
}
