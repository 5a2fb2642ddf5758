import { page, type Call, type Context, type Route } from "../call.ts";
import { key, parseId } from "../ids.ts";
import type { Stored } from "../resourceType.ts";

const PATH =
  /^\/subscriptions\/([^/]+)(?:\/resourcegroups\/[^/]+)?\/providers\/microsoft\.network\/locations\/[^/]+\/(checkprivatelinkservicevisibility|autoapprovedprivatelinkservices|availableprivateendpointtypes)$/i;

/** What a consumer may ask about Private Link Services. */
export const locationsRoute: Route = (context, call) => {
  const match = PATH.exec(call.path);
  if (!match) return undefined;
  const [, subscription = "", action = ""] = match;
  if (action.toLowerCase() === "checkprivatelinkservicevisibility")
    return { status: 200, body: { visible: isVisible(context, call, subscription) } };
  if (action.toLowerCase() === "availableprivateendpointtypes") return page(context, call, []);
  const approved = privateLinkServices(context).filter((stored) =>
    lists(stored, "autoApproval", subscription),
  );
  return page(
    context,
    call,
    approved.map(({ id }) => ({ privateLinkService: id })),
  );
};

function isVisible(context: Context, call: Call, subscription: string): boolean {
  const alias = key(call.body["privateLinkServiceAlias"] ?? "");
  const found = privateLinkServices(context).find(({ properties }) => key(properties["alias"]) === alias);
  return (
    found !== undefined &&
    (key(parseId(found.id)?.subscription ?? "") === key(subscription) ||
      lists(found, "visibility", subscription) ||
      lists(found, "visibility", "*"))
  );
}

function privateLinkServices({ world }: Context): Stored[] {
  return world.ofType("Microsoft.Network/privateLinkServices");
}

function lists({ properties }: Stored, list: "visibility" | "autoApproval", subscription: string): boolean {
  return ((properties[list]?.subscriptions ?? []) as string[]).some((id) => key(id) === key(subscription));
}
