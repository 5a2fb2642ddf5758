/** Templates that nobody rendered: what they will say is not known. */

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
  return `unrendered template (${text.trim()}): render it first (helm template, kustomize build, envsubst) and check what that prints`;
}
