/** A PLS as declared, as allowed by policy, and as it is in Azure. */
import { sameValue } from "../shared/changes/body.ts";
import { isTaggedOff } from "../shared/changes/offTag.ts";
import type { PlsIntent } from "../shared/kubernetes/intent.ts";
import { desiredPls } from "../shared/pls/desired.ts";
import { OWNER_TAG } from "../shared/declarations/plsOwner.ts";
import type { PlannedPls } from "../shared/pls/planFor.ts";
import type { PrivateLinkService } from "../shared/azure/networkModel.ts";
import { parseResourceId, resourceName } from "../shared/azure/resourceId.ts";
import type { Policy } from "../shared/policy/policy.ts";
import { keyOf } from "./key.ts";
import type { PrivateLinkService as ShownPls, PlsSummary } from "./model.ts";

type Field = ShownPls["fields"][number];

/** Fields that Mooring reconciles, by policy. */
const OWNED = ["visibility", "autoApproval", "fqdns", "proxyProtocol"] as const;

export function compareFields({ pls, cluster, owner }: PlannedPls, policy: Policy): Field[] {
  const declared = owner?.intent.pls;
  return [...OWNED.map((field) => ownedField(field, { pls, declared, policy })), ...others()];

  function others(): Field[] {
    const subnet = declared && (declared.subnet ?? cluster?.defaultSubnet);
    const subnets = pls.natAddresses.map(({ subnetId }) => resourceName(subnetId));
    const addresses = pls.natAddresses.flatMap(({ address }) => address ?? []);
    return [
      compared("subnet", subnet === undefined ? undefined : [subnet], [...new Set(subnets)]),
      // An empty list leaves the choice to Azure.
      compared("natAddresses", declared?.natIps.length ? declared.natIps : undefined, addresses),
      compared("natAddressCount", declared && [String(declared.natIpCount)], [
        String(pls.natAddresses.length),
      ]),
    ];
  }
}

interface Sides {
  readonly pls: PrivateLinkService;
  readonly declared: PlsIntent | undefined;
  readonly policy: Policy;
}

function ownedField(field: (typeof OWNED)[number], { pls, declared, policy }: Sides): Field {
  const allowed = declared && texts(desiredPls(declared, policy)[field]);
  const stated = declared && texts(declared[field]);
  const shown = compared(field, allowed, texts(pls[field]));
  const isNarrowed = stated !== undefined && allowed !== undefined && !same(stated, allowed);
  return {
    ...shown,
    ...(stated && { declared: stated }),
    ...(isNarrowed && { allowed }),
    managed: policy.privateLinkServices.fields.includes(field),
  };
}

function compared(field: string, declared: readonly string[] | undefined, actual: readonly string[]): Field {
  return {
    field,
    ...(declared && { declared: [...declared] }),
    actual: [...actual],
    differs: declared !== undefined && !same(declared, actual),
    managed: false,
  };
}

function texts(value: readonly string[] | boolean): string[] {
  return typeof value === "boolean" ? [String(value)] : [...value];
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return sameValue([...a], [...b]);
}

export function summarize(planned: PlannedPls, policy: Policy): PlsSummary {
  const { pls, cluster, owner } = planned;
  const { subscription = "", resourceGroup = "" } = parseResourceId(pls.id) ?? {};
  const count = (status: string) => pls.connections.filter((one) => one.status === status).length;
  const service = pls.tags[OWNER_TAG];
  const differs = differences(planned, policy);
  return {
    key: keyOf(pls.id),
    id: pls.id,
    name: pls.name,
    subscription: subscription.toLowerCase(),
    resourceGroup,
    ...(cluster && { cluster: cluster.name }),
    ...(service !== undefined && { service }),
    state: stateOf(pls, owner !== undefined, differs),
    visibility: [...pls.visibility],
    differs,
    connections: {
      pending: count("Pending"),
      approved: count("Approved"),
      rejected: count("Rejected"),
      disconnected: count("Disconnected"),
    },
  };
}

function stateOf(
  { tags }: PrivateLinkService,
  isOwned: boolean,
  differs: readonly string[],
): PlsSummary["state"] {
  if (isTaggedOff(tags)) return "off";
  if (!isOwned) return "unowned";
  return differs.length > 0 ? "differs" : "as declared";
}

/** A Service that declares no PLS should have none. */
function differences(planned: PlannedPls, policy: Policy): string[] {
  if (planned.owner && !planned.owner.intent.pls) return ["pls"];
  return compareFields(planned, policy).flatMap(({ field, differs }) => (differs ? [field] : []));
}
