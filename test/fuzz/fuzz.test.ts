import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCorpus } from "./corpus.ts";
import { effort, patienceMilliseconds } from "./effort.ts";
import { near } from "./inputs.ts";
import { targets } from "./targets.ts";

const SLOW = new Set(["api"]);

describe.each(targets)("$name", ({ name, seeds, check }) => {
  test("keeps its promise for what it is made for, and for what was found before", async () => {
    for (const text of [...seeds, ...readCorpus(name).map(([, found]) => found)])
      expect(await failureOf(check, text), JSON.stringify(text)).toBeUndefined();
  });

  test(
    "keeps it for texts near those",
    async () => {
      const known = [...seeds, ...readCorpus(name).map(([, found]) => found)];
      await fc.assert(
        fc.asyncProperty(near(known), async (text) => check(text)),
        effort(SLOW.has(name) ? 150 : 400),
      );
    },
    patienceMilliseconds(),
  );
});

async function failureOf(check: (text: string) => unknown, text: string): Promise<unknown> {
  try {
    await check(text);
    return undefined;
  } catch (error) {
    return error;
  }
}
