import * as z from "zod";
import { defineOperation, type Operation } from "./operation.ts";

/** `GET /openapi.json`: this API, from its own table. */
export function describe(all: () => readonly Operation[]): Operation {
  return defineOperation({
    name: "getOpenApi",
    method: "GET",
    path: "/openapi.json",
    summary: "This API as an OpenAPI document",
    role: "Mooring.Reader",
    response: z.record(z.string(), z.unknown()),
    handle: async () => ({ body: (await import("./openapi.ts")).toOpenApi(all()) }),
  });
}
