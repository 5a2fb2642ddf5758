import { VERSION } from "../shared/core/version.ts";
import { Me } from "./model.ts";
import { defineOperation } from "./operation.ts";
import { showStop } from "./stopped.ts";

export const me = [
  defineOperation({
    name: "getMe",
    method: "GET",
    path: "/me",
    summary: "Get the signed-in user and their roles",
    role: "Mooring.Reader",
    response: Me,
    handle: async ({ run, principal: { name, roles, isLocal } }) => {
      const stopped = await showStop(run);
      return {
        body: { name, roles: [...roles], isSandbox: isLocal, version: VERSION, ...(stopped && { stopped }) },
      };
    },
  }),
];
