/** The two sides of a connection, PLS and endpoint, kept in step. */
import { key } from "../ids.ts";
import type { Body, Stored, World } from "../resourceType.ts";

const LISTS = ["privateLinkServiceConnections", "manualPrivateLinkServiceConnections"] as const;

/** Tells the endpoint what became of its connection. */
export function reflectStatus(world: World, connection: Body, status: string): void {
  const endpoint = world.get(connection["properties"].privateEndpoint?.id ?? "");
  if (!endpoint) return;
  for (const list of LISTS)
    for (const item of endpoint.properties[list] as Body[])
      item["properties"].privateLinkServiceConnectionState.status = status;
  world.save({ ...endpoint, etag: world.newGuid() });
}

/** Tells the PLS that an endpoint is gone: its connection stays, disconnected. */
export function disconnect(world: World, endpoint: Stored): void {
  for (const pls of world.ofType("Microsoft.Network/privateLinkServices")) {
    const mine = (pls.properties["privateEndpointConnections"] as Body[]).filter(
      (one) => key(one["properties"].privateEndpoint?.id ?? "") === key(endpoint.id),
    );
    for (const one of mine)
      one["properties"].privateLinkServiceConnectionState = {
        status: "Disconnected",
        description: "Deleted state",
        actionsRequired: "",
      };
    if (mine.length > 0) world.save({ ...pls, etag: world.newGuid() });
  }
}
