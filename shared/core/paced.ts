/** Long synchronous work in parts, so that other requests of the process are answered between them. */
import { setImmediate } from "node:timers/promises";

/** Parsing so many characters takes some milliseconds. */
const CHARACTERS = 65_536;

/** Calls `read` for each text in order, and lets other work of the process run after every 65,536 characters. @throws as `read` */
export async function mapPaced<T>(
  texts: readonly string[],
  read: (text: string, index: number) => T,
): Promise<T[]> {
  const results: T[] = [];
  let since = 0;
  for (const [index, text] of texts.entries()) {
    results.push(read(text, index));
    since += text.length;
    if (since < CHARACTERS) continue;
    since = 0;
    await setImmediate();
  }
  return results;
}
