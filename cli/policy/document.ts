import { LineCounter, parseDocument as parseYaml } from "yaml";
import { InvalidInput } from "../../shared/core/errors.ts";
import { yamlProblems } from "../../shared/core/yamlProblems.ts";
import { readText } from "../readText.ts";

/** Parses a YAML or JSON file; `-` is standard input. @throws InvalidInput with every syntax error and its position */
export async function readDocument(file: string): Promise<unknown> {
  return parseDocument(await readText(file), file);
}

/** Parses YAML or JSON; an empty document is `{}`. @throws InvalidInput with every syntax error and its position */
export function parseDocument(source: string, file: string): unknown {
  const [name, lines] = [file === "-" ? "<stdin>" : file, new LineCounter()];
  const document = parseYaml(source, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) throw new InvalidInput(yamlProblems(name, lines, document.errors));
  try {
    return document.toJS() ?? {};
  } catch (error) {
    // `yaml` throws this for an alias that it cannot resolve.
    throw error instanceof ReferenceError ? new InvalidInput(`${name}: ${error.message}`) : error;
  }
}
