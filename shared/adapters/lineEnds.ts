import type { TableServiceClientOptions } from "@azure/data-tables";

type Policy = NonNullable<TableServiceClientOptions["additionalPolicies"]>[number]["policy"];

/**
 * Sends JSON with escapes for line ends beyond ASCII, which any Service's annotation may carry: the same values. Azurite takes them for
 * the end of a line of a transaction and refuses all of it.
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
