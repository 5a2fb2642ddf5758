import { describe, expect, test } from "vitest";
import { parseIntent } from "../../shared/kubernetes/parseIntent.ts";
import { Service } from "../../shared/kubernetes/service.ts";

describe("a value is trimmed as Go does it", () => {
  test.each([
    ["spaces, tabs and line feeds", " \t\ntrue\r\n ", true],
    ["a next-line character, which JavaScript does not trim", "\u0085true\u0085", true],
    ["a no-break space", "\u00a0true", true],
    ["a quarter of a megabyte of spaces, without stopping to think", `${" ".repeat(262_000)}true`, true],
    ["not spaces in the middle, however many", `t${" ".repeat(262_000)}rue`, false],
    ["not a byte order mark, which JavaScript does trim", "\ufefftrue", false],
  ])("%s", (_, value, isPls) => {
    const annotations = { "service.beta.kubernetes.io/azure-pls-create": value };
    const service = Service.parse({ metadata: { annotations }, spec: { type: "LoadBalancer" } });
    expect(parseIntent(service).pls !== undefined).toBe(isPls);
  });
});
