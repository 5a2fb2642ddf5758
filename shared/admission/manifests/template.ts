/** Detects templates that were not rendered: their values cannot be evaluated. */

const TEMPLATE = /\{\{[^{}\n]*(?:\}\})?|\$\{[^{}\n]*\}?/;

export interface Template {
  readonly index: number;
  readonly text: string;
}

export function findTemplate(text: string): Template | undefined {
  const found = TEMPLATE.exec(text);
  return found ? { index: found.index, text: found[0] } : undefined;
}

export function templateMessage(text: string): string {
  return `unrendered template (${text.trim()}): render it first (helm template, kustomize build, envsubst) and check the output`;
}
