/** Names in a template: those that it declares, and those that it uses. */
import type { Node } from "web-tree-sitter";
import { all, ofType } from "./bicep.ts";

// https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions
const FUNCTIONS = new Set(
  [
    "any bool cidrSubnet concat contains empty environment filter guid int items join length loadJsonContent loadTextContent",
    "managementGroup map readEnvironmentVariable replace resourceGroup resourceId split subscription subscriptionResourceId",
    "take tenant toLower toObject union uniqueString",
  ].flatMap((line) => line.split(" ")),
);

const DECLARATIONS = new Set([
  "parameter_declaration",
  "variable_declaration",
  "resource_declaration",
  "module_declaration",
  "output_declaration",
]);

/** Names that are used and that nothing declares: neither the template nor, if they are called, Bicep. */
export function undeclared(root: Node): readonly string[] {
  const known = new Set([...declarations(root), ...loopVariables(root), ...lambdaParameters(root)]);
  const used = ofType(root, "identifier").filter((node) => !isDeclaring(node) && !isIn(node, "decorators"));
  // The grammar sees no call in a list that has but one, so brackets tell.
  const isCalled = (node: Node) => root.text[node.endIndex - root.startIndex] === "(";
  return used
    .filter((node) => (isCalled(node) ? !FUNCTIONS.has(node.text) : !known.has(node.text)))
    .map((node) => `line ${node.startPosition.row + 1}: ${node.text}`);
}

function declarations(root: Node): string[] {
  return all(root, ({ type }) => DECLARATIONS.has(type)).map((node) => node.namedChild(0)?.text ?? "");
}

function loopVariables(root: Node): string[] {
  return ofType(root, "for_statement").flatMap((node) => {
    const pair = node.namedChildren.find((child) => child?.type === "for_loop_parameters");
    return pair ? pair.namedChildren.map((child) => child?.text ?? "") : [node.namedChild(0)?.text ?? ""];
  });
}

function lambdaParameters(root: Node): string[] {
  return ofType(root, "lambda_expression").flatMap((node) => {
    const first = node.namedChild(0);
    return first?.type === "identifier"
      ? [first.text]
      : (first?.namedChildren ?? []).map((child) => child?.text ?? "");
  });
}

function isDeclaring(node: Node): boolean {
  const { parent } = node;
  const isFirst = parent?.namedChild(0)?.equals(node) === true;
  return (
    isFirst &&
    (DECLARATIONS.has(parent.type) ||
      parent.type === "object_property" ||
      parent.type === "metadata_declaration")
  );
}

function isIn(node: Node, type: string): boolean {
  for (let at = node.parent; at; at = at.parent) if (at.type === type || at.type === "type") return true;
  return false;
}
