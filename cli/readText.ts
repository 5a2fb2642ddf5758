import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { InvalidInput } from "../shared/errors.ts";

/** A file's text; `-` is standard input. @throws InvalidInput if it cannot be read */
export async function readText(file: string): Promise<string> {
  if (file === "-") return text(process.stdin);
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new InvalidInput(`${file} cannot be read: ${error.code ?? error.message}`);
  });
}
