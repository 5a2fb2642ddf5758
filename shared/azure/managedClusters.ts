import type { ManagedCluster } from "../network/model.ts";
import { apiVersionOf } from "./apiVersions.ts";
import type { ArmAccess } from "./armAccess.ts";
import { rawClient, rawList } from "./rawList.ts";

interface Wire {
  readonly id: string;
  readonly identity?: {
    readonly principalId?: string;
    readonly userAssignedIdentities?: Readonly<Record<string, { readonly principalId?: string }>>;
  };
}

/** Their provider has a client of its own; an id and an identity need none. */
export async function listManagedClusters(
  access: ArmAccess,
  subscription: string,
): Promise<ManagedCluster[]> {
  const path = `/subscriptions/${subscription}/providers/Microsoft.ContainerService/managedClusters`;
  const pages = rawList<Wire>(rawClient(access), path, { "api-version": apiVersionOf(`${path}/any`) });
  return (await Array.fromAsync(pages)).map(({ id, identity }) => ({
    id,
    principalIds: [identity, ...Object.values(identity?.userAssignedIdentities ?? {})].flatMap((one) =>
      one?.principalId ? [one.principalId.toLowerCase()] : [],
    ),
  }));
}
