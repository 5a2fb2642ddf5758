import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { glob } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { listChecks } from "../../shared/audit/checks.ts";
import { INSTRUMENTS } from "../../shared/ports/instruments.ts";
import { queryProblems } from "./kusto.ts";
import { INFRA, readModules, readSnapshot } from "./compiled.ts";

const ROOT = join(INFRA, "..");
const queries = await Promise.all(
  (await Array.fromAsync(glob(join(INFRA, "monitoring/alerts/*.kql")))).sort().map(async (path) => ({
    name: basename(path, ".kql"),
    text: await readFile(path, "utf8"),
  })),
);
const workbook = JSON.parse(await readFile(join(INFRA, "monitoring/workbook.json"), "utf8")) as {
  items: { type: number; name: string; content: { query?: string } }[];
};
const panels = workbook.items.flatMap(({ name, content }) =>
  content.query ? [{ name, text: content.query }] : [],
);

interface Table {
  readonly kind: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}
const instruments: Readonly<Record<string, Table>> = INSTRUMENTS;

describe.each([...queries, ...panels].map((query) => [query.name, query.text] as const))(
  "the query %s",
  (_, text) => {
    const names = [...text.matchAll(/name == '([^']+)'/g)].map(([, name = ""]) => name);

    test("is a query that Azure can read", () => expect(queryProblems(text)).toEqual([]));

    test("queries recorded metrics, or requests", () => {
      expect(names.filter((name) => instruments[name] === undefined)).toEqual([]);
      expect(names.length > 0 || /^requests$/m.test(text)).toBe(true);
    });

    test("looks at attributes and values that the metric has", () => {
      const attributes = Object.assign({}, ...names.map((name) => instruments[name]?.attributes)) as Record<
        string,
        unknown
      >;
      const asked = [...text.matchAll(/customDimensions(?:\.(\w+)|\['([^']+)'\])/g)].map(
        ([, plain, quoted]) => plain ?? quoted ?? "",
      );
      expect(asked.filter((attribute) => !(attribute in attributes))).toEqual([]);
      const compared = [...text.matchAll(/(\w+)\)? == '([^']+)'/g)].filter(([, left]) => left !== "name");
      for (const [, attribute = "", value] of compared) {
        const values = attribute === "check" ? listChecks().map(({ id }) => id) : attributes[attribute];
        expect(values, attribute).toContain(value);
      }
    });

    test("adds up what is counted, and takes what was seen of what is seen", () => {
      const kinds = names.map((name) => instruments[name]?.kind);
      if (kinds.includes("gauge")) expect(text).not.toMatch(/valueSum|valueCount/);
      else if (names.length > 0) expect(text).toMatch(/valueSum|valueCount/);
    });
  },
);

test("an invalid query is distinguished from a valid one", () => {
  expect(queryProblems("customMetrics | where nam == 'a'")).toEqual([expect.stringContaining("'nam'")]);
  expect(queryProblems("customMetrics | summarize (")).not.toEqual([]);
});

test("the queries of the runbook can be read too, and ask for what is measured", async () => {
  const runbook = await readFile(join(ROOT, "docs/platform/alerts.md"), "utf8");
  const blocks = [...runbook.matchAll(/```kusto\n([^]*?)```/g)].map(([, block = ""]) => block);
  expect(blocks.length).toBeGreaterThan(5);
  expect(blocks.flatMap(queryProblems)).toEqual([]);
  const names = blocks.flatMap((block) =>
    [...block.matchAll(/name == '([^']+)'/g)].map(([, name = ""]) => name),
  );
  expect(names.filter((name) => instruments[name] === undefined)).toEqual([]);
});

describe("the alerts", async () => {
  const { predictedResources } = await readSnapshot("default");
  const rules = predictedResources.filter(({ type }) => type === "Microsoft.Insights/scheduledQueryRules");
  const module = (await readModules()).find(({ path }) => path === "main.bicep/alerts")?.template;
  const alerts = module?.variables?.["alerts"] as readonly { name: string; query: string }[];
  const minutes = (duration: string) => {
    const [, count = "", unit] = /^PT(\d+)([MH])$/.exec(duration) ?? [];
    return Number(count) * (unit === "H" ? 60 : 1);
  };

  test("are one for each query, of the same name", () => {
    const byName = alerts.map(({ name, query }) => {
      const [, variable = ""] = /^\[variables\('(.+)'\)\]$/.exec(query) ?? [];
      return { name, text: module?.variables?.[variable] };
    });
    expect(byName.toSorted((one, other) => one.name.localeCompare(other.name))).toEqual(queries);
    const names = rules.map(({ name = "" }) => name.replace("mooring-mooring-", ""));
    expect(names.sort()).toEqual(queries.map(({ name }) => name));
  });

  test("look back at least as far as to their last look, by periods that Azure Monitor has", () => {
    for (const { properties } of rules) {
      const every = minutes(String(properties?.["evaluationFrequency"]));
      const over = minutes(String(properties?.["windowSize"]));
      expect([5, 10, 15, 30, 60]).toContain(every);
      expect([5, 10, 15, 30, 45, 60, 120, 180, 240, 300, 360, 1440, 2880]).toContain(over);
      expect(over).toBeGreaterThanOrEqual(every);
    }
  });

  test("each have a section with meaning, impact, diagnosis, mitigation and resolution criteria", async () => {
    const runbook = await readFile(join(ROOT, "docs/platform/alerts.md"), "utf8");
    const sections = new Map(
      runbook
        .split(/^## /m)
        .slice(1)
        .map((section) => [section.split("\n", 1)[0]?.replaceAll("`", ""), section]),
    );
    for (const name of [...queries.map((query) => query.name), "events-lost"]) {
      const section = sections.get(name) ?? "";
      for (const part of [
        "**Meaning.**",
        "**Impact.**",
        "**Diagnose.**",
        "**Mitigate.**",
        "**Resolution criteria.**",
      ])
        expect(section.includes(part), `${name}: ${part}`).toBe(true);
    }
  });
});
