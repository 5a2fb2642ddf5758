import type { LineCounter, YAMLError } from "yaml";

/**
 * Where each mistake is and what it is, a line each. Read with `prettyErrors: false`: otherwise `yaml` itself tells the place, and draws it.
 * @see https://eemeli.org/yaml/#errors
 */
export function yamlProblems(file: string, lines: LineCounter, errors: readonly YAMLError[]): string[] {
  return errors.map(({ pos: [start], message }) => {
    const { line, col } = lines.linePos(start);
    return `${file}:${Math.max(1, line)}:${Math.max(1, col)}: ${message}`;
  });
}
