/**
 * A manifest as text: finds the line of a field, and inserts a suggestion without changing anything else.
 * Pure.
 */
import { isMap, isPair, isScalar, LineCounter, parseDocument, type Document, type Pair } from "yaml";

export interface Found {
  /** Annotation key or field of a finding. */
  readonly field: string;
  readonly message: string;
}

const ANNOTATION = /^[\w.-]+\/[\w.-]+$/;

/** From 1; `undefined` if the text does not contain the field. */
export function lineOf(text: string, field: string): number | undefined {
  const lines = new LineCounter();
  const pair = pairAt(parseDocument(text, { lineCounter: lines }), pathOf(field));
  const start = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
  return start === undefined ? undefined : lines.linePos(start).line;
}

/** The text with the suggestion applied; in a list only the item named in the message is replaced. */
export function applySuggestion(text: string, { field, message }: Found, suggestion: string): string {
  const path = pathOf(field);
  return edit(text, (document) => {
    if (ANNOTATION.test(suggestion)) rename(document, path, suggestion);
    else document.setIn(path, replaced(document.getIn(path), message, suggestion));
  });
}

const PREFIX = "service.beta.kubernetes.io/azure-";
const PLS_ADDRESSES = `${PREFIX}pls-ip-configuration-ip-address`;

export type Asker = "frontend" | "pls";

/** What the text declares the address for. */
export function askerOf(text: string, address: string): Asker {
  const declared = parseDocument(text).getIn(["metadata", "annotations", PLS_ADDRESSES]);
  const declares = typeof declared === "string" && declared.split(/\s+/).includes(address);
  return declares ? "pls" : "frontend";
}

/** The text with a requested address, for the frontend or as the NAT address of the PLS. */
export function askFor(text: string, address: string, asker: Asker): string {
  const family = address.includes(":") ? "ipv6" : "ipv4";
  const key = asker === "pls" ? PLS_ADDRESSES : `${PREFIX}load-balancer-${family}`;
  return edit(text, (document) => document.setIn(["metadata", "annotations", key], address));
}

/** Text that is not valid YAML while the user types stays unchanged. */
function edit(text: string, change: (document: Document) => void): string {
  const document = parseDocument(text);
  if (document.errors.length > 0) return text;
  change(document);
  return document.toString({ lineWidth: 0 });
}

function pathOf(field: string): string[] {
  return ANNOTATION.test(field) ? ["metadata", "annotations", field] : field.split(".");
}

function pairAt(document: Document, path: readonly string[]): Pair | undefined {
  const map = document.getIn(path.slice(0, -1), true);
  if (!isMap(map)) return undefined;
  return map.items.find((pair) => isPair(pair) && isScalar(pair.key) && pair.key.value === path.at(-1));
}

function rename(document: Document, path: readonly string[], name: string): void {
  const key = pairAt(document, path)?.key;
  if (isScalar(key)) key.value = name;
}

function replaced(value: unknown, message: string, suggestion: string): string {
  const items = typeof value === "string" ? value.trim().split(/\s+/) : [];
  const named = items.find((item) => message.includes(item));
  return items.length > 1 && named !== undefined
    ? items.map((item) => (item === named ? suggestion : item)).join(" ")
    : suggestion;
}
