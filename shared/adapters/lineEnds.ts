import type { TableServiceClientOptions } from "@azure/data-tables";

type Policy = NonNullable<TableServiceClientOptions["additionalPolicies"]>[number]["policy"];

/**
 * Escapes line separators beyond ASCII in JSON, without changing values. A Service's annotations may contain them, and Azurite
 * treats them as line ends in a transaction and rejects it.
 */
export const escapeLineEnds: Policy = {
  name: "mooringEscapeLineEnds",
  sendRequest(request, next) {
    if (typeof request.body === "string")
      request.body = request.body.replace(/[\u0085\u2028\u2029]/g, escaped);
    return next(request);
  },
};

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
