import { packageName, type Component, type Sbom } from "./shipped.ts";
import { markdownTable } from "./table.ts";

/** Those that ask for no more than to be named: what is built from them may be given on under any terms. */
const ALLOWED = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "Unlicense",
]);

/** A row for each package of the artifact. @throws Error naming every package whose licence is missing or not among the allowed */
export function licencesTable({ components }: Sbom): string {
  const forbidden = components.filter((component) => !ALLOWED.has(licenceOf(component)));
  if (forbidden.length > 0)
    throw new Error(
      forbidden
        .map(
          (one) =>
            `${packageName(one)} ${one.version}: licence ${licenceOf(one) || "not said"} is not allowed`,
        )
        .join("\n"),
    );
  const rows = components.map((one) => `${packageName(one)}\n${one.version}\n${licenceOf(one)}`);
  const sorted = [...new Set(rows)].toSorted();
  return markdownTable(
    ["package", "version", "licence"],
    sorted.map((row) => row.split("\n")),
  );
}

function licenceOf({ licenses = [] }: Component): string {
  const [{ license, expression } = {}] = licenses;
  return license?.id ?? license?.name ?? expression ?? "";
}
