import { ArmError } from "../armError.ts";
import type { Route } from "../call.ts";
import { key } from "../ids.ts";

const PATH = /^(.*)\/providers\/microsoft\.resources\/tags\/default$/i;

/** The tags of a resource or a resource group as a separate resource. */
export const tagsRoute: Route = ({ world }, { path, method, body }) => {
  const match = PATH.exec(path);
  if (!match) return undefined;
  const scope = match[1] ?? "";
  const target = world.get(scope) ?? world.groups.get(key(scope));
  if (!target)
    throw new ArmError(404, "ResourceNotFound", `The resource '${scope}' could not be found.`, {
      from: "gateway",
    });
  const sent: Record<string, string> = body["properties"]?.tags ?? {};
  if (method === "PUT" || (method === "PATCH" && body["operation"] === "Replace")) target.tags = sent;
  if (method === "PATCH" && body["operation"] === "Merge") target.tags = { ...target.tags, ...sent };
  if (method === "PATCH" && body["operation"] === "Delete")
    for (const name of Object.keys(sent)) delete target.tags[name];
  if (method === "DELETE") target.tags = {};
  return {
    status: 200,
    body: {
      id: `${scope}/providers/Microsoft.Resources/tags/default`,
      name: "default",
      type: "Microsoft.Resources/tags",
      properties: { tags: target.tags },
    },
  };
};
