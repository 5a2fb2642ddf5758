import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { InvalidInput } from "../shared/core/errors.ts";
import { decodeText } from "./decodeText.ts";

/** Text of a file; `-` is standard input. @throws InvalidInput if it cannot be read */
export async function readText(file: string): Promise<string> {
  if (file === "-") return decodeText("<stdin>", await buffer(process.stdin));
  const bytes = await readFile(file).catch(({ code, message }: NodeJS.ErrnoException) => {
    throw new InvalidInput(`${file} cannot be read: ${REASONS[code ?? ""] ?? code ?? message}`);
  });
  return decodeText(file, bytes);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "the file does not exist",
  EISDIR: "it is a folder; specify the files in it",
  EACCES: "permission denied",
};
