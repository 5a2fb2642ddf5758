/** Reads queries with Microsoft's own language service, against the tables of Application Insights as far as we ask them. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { runInThisContext } from "node:vm";

// https://learn.microsoft.com/azure/azure-monitor/reference/tables/appmetrics, by the names of Application Insights
const TABLES = {
  customMetrics:
    "timestamp: datetime, name: string, value: real, valueCount: int, valueSum: real, valueMin: real, valueMax: real, customDimensions: dynamic",
  requests:
    "timestamp: datetime, name: string, success: string, resultCode: string, duration: real, itemCount: int, operation_Name: string, customDimensions: dynamic",
  traces:
    "timestamp: datetime, message: string, severityLevel: int, itemCount: int, operation_Name: string, customDimensions: dynamic",
  exceptions:
    "timestamp: datetime, type: string, outerMessage: string, itemCount: int, operation_Name: string, customDimensions: dynamic",
};

const Kusto = openService();
const globals = Kusto.GlobalState.Default.WithDatabase(
  new Kusto.Symbols.DatabaseSymbol.$ctor2(
    "insights",
    null,
    Object.entries(TABLES).map(
      ([name, columns]) => new Kusto.Symbols.TableSymbol.$ctor7(name, `(${columns})`, null),
    ),
  ),
);

/** The service is made for pages: its scripts leave what they make in the global scope. */
function openService(): any {
  const folder = dirname(createRequire(import.meta.url).resolve("@kusto/language-service-next"));
  for (const script of ["bridge.min.js", "Kusto.Language.Bridge.min.js"])
    runInThisContext(readFileSync(join(folder, script), "utf8"), { filename: script });
  return (globalThis as any).Kusto.Language;
}

/** What is wrong with a query: its syntax, and names that its tables do not have. */
export function queryProblems(query: string): readonly string[] {
  const found = Kusto.KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
  return Array.from({ length: found.Count }, (_, index) => String(found.getItem(index).Message));
}
