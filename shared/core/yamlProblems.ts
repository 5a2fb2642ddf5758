import type { LineCounter, YAMLError } from "yaml";

/**
 * One line per error, with its position. Requires `prettyErrors: false`: otherwise `yaml` adds the position and an excerpt itself.
 * @see https://eemeli.org/yaml/#errors
 */
export function yamlProblems(file: string, lines: LineCounter, errors: readonly YAMLError[]): string[] {
  return errors.map(({ pos: [start], message }) => {
    const { line, col } = lines.linePos(start);
    return `${file}:${Math.max(1, line)}:${Math.max(1, col)}: ${message}`;
  });
}
