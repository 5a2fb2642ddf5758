/** The two sides of a connection, PLS and endpoint, kept in step. */
import { key } from "../ids.ts";
import type { Body, Stored, World } from "../resourceType.ts";

const LISTS = ["privateLinkServiceConnections", "manualPrivateLinkServiceConnections"] as const;

/** Copies the state of a connection to its endpoint. */
export function reflectStatus(world: World, connection: Body, status: string): void {
  const endpoint = world.get(connection["properties"].privateEndpoint?.id ?? "");
  if (!endpoint) return;
  for (const list of LISTS)
    for (const item of endpoint.properties[list] as Body[])
      item["properties"].privateLinkServiceConnectionState.status = status;
  world.save({ ...endpoint, etag: world.newGuid() });
}

/** Sets the connection of a deleted endpoint to Disconnected; it stays on the PLS. */
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
