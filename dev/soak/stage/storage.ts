/** Azurite on disk, stopped and started again on the same ports; its clock is the soak's. */
import { startStorage, type Storage, type StoragePorts } from "../../sandbox/storage/startStorage.ts";
import { type Clock, PRELOAD } from "./clock.ts";

export class RestartingStorage {
  readonly #location: string;
  readonly #clock: Clock;
  #storage: Storage | undefined;
  #ports: StoragePorts = { blob: 0, queue: 0, table: 0 };
  restarts = 0;

  constructor(location: string, clock: Clock) {
    this.#location = location;
    this.#clock = clock;
  }

  async start(): Promise<void> {
    const env = { ...process.env, ...this.#clock.settings() };
    const started = await startStorage({
      location: this.#location,
      ports: this.#ports,
      process: { env, execArgv: PRELOAD },
    });
    this.#clock.follow(started.process);
    this.#ports = portsOf(started.connectionString);
    this.#storage = started;
  }

  /**
   * Always politely: Azurite keeps what it has acknowledged in memory for some seconds before it is on disk, which Azure Storage does
   * not do; killed, it forgets, and would be blamed on the app.
   */
  async stop(): Promise<void> {
    await this.#storage?.stop();
    this.#storage = undefined;
  }

  get isUp(): boolean {
    return this.#storage !== undefined;
  }

  get connectionString(): string {
    if (!this.#storage) throw new Error("storage is down");
    return this.#storage.connectionString;
  }
}

function portsOf(connectionString: string): StoragePorts {
  const port = (service: string) =>
    Number(new RegExp(`${service}Endpoint=http://127\\.0\\.0\\.1:(\\d+)/`).exec(connectionString)?.[1]);
  return { blob: port("Blob"), queue: port("Queue"), table: port("Table") };
}
