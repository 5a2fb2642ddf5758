/** `mooring` with any arguments and any standard input: an answer, never a stack trace, nothing that steers a terminal. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../cli/runCli.ts";
import { effort, patienceMilliseconds } from "./effort.ts";
import { near, TOKENS } from "./inputs.ts";
import { documents } from "./targets/documents.ts";

const WORDS = [
  ..."check explain clusters Private Link Services connections policy audit findings orphans journal undo stop resume refusals history rollback mode".split(
    " ",
  ),
  ..."list show add rotate remove apply validate diff schema plan reconcile approve reject acknowledge login logout context use".split(
    " ",
  ),
  ..."--help --output -o json yaml sarif github csv --cluster --offline --old --policy --limit --yes --days --namespace".split(
    " ",
  ),
  ..."--reason --until --state --severity --fail-on --report --write --url --context --direct -- - --no-such one /dev/null".split(
    " ",
  ),
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mooring-fuzz-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const seeds = documents.flatMap((one) => one.seeds);
// No system hands a program an argument with NUL in it.
const word = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 1, arbitrary: fc.constantFrom(...TOKENS.filter((token) => !token.includes("\u0000"))) },
);
const startingRight = fc.constantFrom(
  ["check", "--offline", "-"],
  ["-o", "json", "check", "--offline", "-"],
  ["explain", "-"],
  ["policy", "validate", "-"],
  [],
);

test(
  "any arguments, any input",
  async () => {
    await fc.assert(
      fc.asyncProperty(
        startingRight,
        fc.array(word, { maxLength: 5 }),
        near(seeds),
        async (first, rest, input) => {
          // Nothing is set, so nothing is reached; whatever it writes it writes there.
          const env = { HOME: folder, TMPDIR: folder, MOORING_SUBSCRIPTIONS: "", AzureWebJobsStorage: "" };
          const { code, out, err } = await runCli([...first, ...rest], { input, env, cwd: folder });
          expect([0, 1, 2]).toContain(code);
          expect(err).not.toMatch(/\n\s+at .*:\d+|Warning:/);
          expect(`${out}${err}`).not.toMatch(/[\p{Cf}\p{Cs}]|(?!\n)\p{Cc}/u);
        },
      ),
      effort(25),
    );
  },
  patienceMilliseconds(),
);
