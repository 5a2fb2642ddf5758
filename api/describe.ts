import * as z from "zod";
import { defineOperation, type Operation } from "./operation.ts";

/** `GET /openapi.json`: this API, generated from the table of operations. */
export function describe(all: () => readonly Operation[]): Operation {
  return defineOperation({
    name: "getOpenApi",
    method: "GET",
    path: "/openapi.json",
    summary: "Get this API as an OpenAPI document",
    role: "Mooring.Reader",
    response: z.record(z.string(), z.unknown()),
    handle: async () => ({ body: (await import("./openapi.ts")).toOpenApi(all()) }),
  });
}
