import manifest from "../package.json" with { type: "json" };
import { Me } from "./model.ts";
import { defineOperation } from "./operation.ts";

export const me = [
  defineOperation({
    name: "getMe",
    method: "GET",
    path: "/me",
    summary: "Who is signed in, and what they may do",
    role: "Mooring.Reader",
    response: Me,
    handle: async ({ principal: { name, roles, isLocal } }) => ({
      body: { name, roles: [...roles], isSandbox: isLocal, version: manifest.version },
    }),
  }),
];
