/** Bodies as they go over the wire: envelope, children with ids and the parent's ETag. */
import type { Body, Stored } from "../resourceType.ts";

/** The envelope round `properties`; provisioningState and resourceGuid come first, as the service sends them. */
export function envelope(stored: Stored, properties: Body): Body {
  const { name, id, etag, type, location, tags, sku, zones, provisioningState, resourceGuid } = stored;
  return {
    name,
    id,
    etag: `W/"${etag}"`,
    type,
    location,
    ...(Object.keys(tags).length > 0 && { tags }),
    properties: { provisioningState, resourceGuid, ...properties },
    ...(sku && { sku }),
    ...(zones && { zones }),
  };
}

/** A child inside its parent. */
export function child(parent: Stored, segment: string, item: Body, more: Body = {}): Body {
  return {
    name: item["name"],
    id: `${parent.id}/${segment}/${item["name"]}`,
    etag: `W/"${parent.etag}"`,
    properties: { provisioningState: parent.provisioningState, ...item["properties"], ...more },
    type: `${parent.type}/${segment}`,
    ...(item["zones"] && { zones: item["zones"] }),
  };
}

const SERVER_SIDE = ["provisioningState", "resourceGuid"];

/** A child as a client sent it, without what the server adds. */
export function received(item: Body, computed: readonly string[] = []): Body {
  const drop = new Set([...SERVER_SIDE, ...computed]);
  const properties = Object.fromEntries(
    Object.entries(item["properties"] ?? {}).filter(([name]) => !drop.has(name)),
  );
  return { name: item["name"], properties, ...(item["zones"] && { zones: item["zones"] }) };
}

/** Only the id of whatever the client sent for a reference. */
export function reference(value: Body | undefined): Body | undefined {
  return value?.["id"] ? { id: value["id"] } : undefined;
}
