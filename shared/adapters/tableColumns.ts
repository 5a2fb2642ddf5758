/** A row's value as JSON in string columns: a column holds 64 KiB of UTF-16, an entity 1 MiB. */
import { InvalidInput } from "../core/errors.ts";

export type Columns = Record<string, unknown>;

const COLUMN_CHARACTERS = 32_000;
const MAX_COLUMNS = 15;

/** @throws InvalidInput if the value exceeds the size of an entity */
export function toColumns(value: unknown, key: string): Columns {
  const json = JSON.stringify(value);
  const count = Math.ceil(json.length / COLUMN_CHARACTERS);
  if (count > MAX_COLUMNS)
    throw new InvalidInput(
      `row ${key} has ${json.length} characters, which exceeds the size limit of storage`,
    );
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [columnName(index), slice(json, index)]),
  );
}

/** Decodes the value. @throws SyntaxError if another program wrote the row */
export function fromColumns(columns: Columns): unknown {
  let json = "";
  for (let index = 0; typeof columns[columnName(index)] === "string"; index += 1)
    json += columns[columnName(index)] as string;
  return JSON.parse(json);
}

function columnName(index: number): string {
  return `json${index}`;
}

function slice(json: string, index: number): string {
  return json.slice(index * COLUMN_CHARACTERS, (index + 1) * COLUMN_CHARACTERS);
}
