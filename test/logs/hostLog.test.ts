import { describe, expect, test } from "vitest";
import { withCorrelation } from "../../shared/core/correlation.ts";
import { hostLog } from "../../shared/adapters/hostLog.ts";

function heard() {
  const lines: (readonly [level: string, line: string])[] = [];
  const at =
    (level: string) =>
    (...args: unknown[]) =>
      void lines.push([level, String(args)]);
  const log = hostLog({
    invocationId: "i-1",
    functionName: "reconcilePls",
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  });
  return { lines, log, entries: () => lines.map(([, line]) => JSON.parse(line)) };
}

describe("a line of the log", () => {
  test("is one object with event, invocation and requested level", () => {
    const { log, lines, entries } = heard();
    log.debug("one");
    log.info("two", { outcome: "applied", count: 2, absent: undefined });
    log.warn("three");
    log.error("four");
    expect(lines.map(([level]) => level)).toEqual(["debug", "info", "warn", "error"]);
    const who = { correlationId: "i-1", function: "reconcilePls", invocationId: "i-1" };
    expect(entries().slice(0, 2)).toEqual([
      { message: "one", ...who },
      { message: "two", ...who, outcome: "applied", count: 2 },
    ]);
  });

  test("carries the work item that it belongs to, at any depth, and no other", async () => {
    const { log, entries } = heard();
    const work = (correlationId: string) =>
      withCorrelation({ correlationId, what: "pls", id: "/x" }, async () => {
        await Promise.resolve();
        await withCorrelation({ correlationId: `${correlationId}-inner` }, async () => log.info("inner"));
        log.info("outer");
      });
    await Promise.all([work("a"), work("b")]);
    log.info("after");
    expect(entries().map(({ message, correlationId, id }) => [message, correlationId, id])).toEqual([
      ["inner", "a-inner", "/x"],
      ["inner", "b-inner", "/x"],
      ["outer", "a", "/x"],
      ["outer", "b", "/x"],
      ["after", "i-1", undefined],
    ]);
  });

  test.each([
    "line\nbreak\r\n",
    "\u001b[2J\u001b]0;title\u0007",
    "\u009b31m",
    "\u202Ereversed\u2066",
    "\u2028\u2029\u0085",
    "\ud800 half",
    '","level":"error',
  ])("stays one and steers nothing, whatever is in it: %j", (hostile) => {
    const { log, lines, entries } = heard();
    log.info("change refused", { why: hostile, plan: [hostile] });
    const [[, line] = ["", ""]] = lines;
    // oxlint-disable-next-line no-control-regex -- that is what must not be there
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Cf}|\p{Cs}/u);
    expect(entries()[0]).toMatchObject({ message: "change refused", why: hostile, plan: [hostile] });
  });
});
