/** Keeps the estate in a file, written soon after a change. */
import { readFile } from "node:fs/promises";
import { WholeFile } from "../wholeFile.ts";
import type { ArmWorld } from "./world.ts";

const DELAY_MILLISECONDS = 500;

export class Persistence {
  readonly #world: ArmWorld;
  readonly #path: string | undefined;
  readonly #file: WholeFile | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(world: ArmWorld, path: string | undefined) {
    this.#world = world;
    this.#path = path;
    this.#file = path === undefined ? undefined : new WholeFile(path);
  }

  async load(): Promise<void> {
    if (this.#path === undefined) return;
    const text = await readFile(this.#path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (text !== undefined) this.#world.load(JSON.parse(text));
  }

  /** Something changed: written within half a second. */
  touch(): void {
    if (this.#path === undefined || this.#timer) return;
    this.#timer = setTimeout(() => void this.save(), DELAY_MILLISECONDS).unref();
  }

  async save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#file?.write(JSON.stringify(this.#world.toEstate()));
  }
}
