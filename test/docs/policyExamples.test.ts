/** The policies that the documents show are valid. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { checkPolicy } from "../../shared/audit/applyPolicy.ts";

const DOCS = join(import.meta.dirname, "../../docs");
const PAGES = [
  "platform/policy.md",
  "platform/roll-out.md",
  "platform/runbooks/wrong-change.md",
  "network-security/visibility.md",
];

describe.each(PAGES)("%s", (page) => {
  const blocks = [...readFileSync(join(DOCS, page), "utf8").matchAll(/^ *```yaml\n([^]*?)^ *```$/gm)];

  test("has examples", () => expect(blocks.length).toBeGreaterThan(0));

  test.each(blocks.map(([, block = ""]) => [block.trim().split("\n", 1)[0], block]))("%s", (_, block) => {
    expect(() => checkPolicy(parse(block))).not.toThrow();
  });
});
