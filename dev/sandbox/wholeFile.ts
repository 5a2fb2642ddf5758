import { rename, writeFile } from "node:fs/promises";

/** A file that is written one time after the other and by rename: a reader, even after a crash, finds one complete state. */
export class WholeFile {
  readonly #path: string;
  readonly #mode: number;
  #last: Promise<void> = Promise.resolve();

  constructor(path: string, mode = 0o666) {
    this.#path = path;
    this.#mode = mode;
  }

  /** Resolves when the text is there. @throws Error if it could not be written */
  write(text: string): Promise<void> {
    const written = this.#last.then(() => this.#replace(text));
    this.#last = written.catch(() => undefined);
    return written;
  }

  async #replace(text: string): Promise<void> {
    await writeFile(`${this.#path}.new`, text, { mode: this.#mode });
    await rename(`${this.#path}.new`, this.#path);
  }
}
