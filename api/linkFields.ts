/** A link as declared, as policy leaves it, and as it is. */
import { sameValue } from "../shared/changes/body.ts";
import { isTaggedOff } from "../shared/changes/offTag.ts";
import type { LinkIntent } from "../shared/intents/model.ts";
import { desiredLink } from "../shared/links/desired.ts";
import { OWNER_TAG } from "../shared/links/owner.ts";
import type { PlannedLink } from "../shared/links/planFor.ts";
import type { Link } from "../shared/network/model.ts";
import { parseResourceId, resourceName } from "../shared/network/resourceId.ts";
import type { Policy } from "../shared/policy.ts";
import { keyOf } from "./key.ts";
import type { Link as ShownLink, LinkSummary } from "./model.ts";

type Field = ShownLink["fields"][number];

/** What Mooring may put back, by policy. */
const OWNED = ["visibility", "autoApproval", "fqdns", "proxyProtocol"] as const;

export function compareFields({ link, cluster, owner }: PlannedLink, policy: Policy): Field[] {
  const declared = owner?.intent.link;
  return [...OWNED.map((field) => ownedField(field, { link, declared, policy })), ...others()];

  function others(): Field[] {
    const subnet = declared && (declared.subnet ?? cluster?.defaultSubnet);
    const subnets = link.natAddresses.map(({ subnetId }) => resourceName(subnetId));
    const addresses = link.natAddresses.flatMap(({ address }) => address ?? []);
    return [
      compared("subnet", subnet === undefined ? undefined : [subnet], [...new Set(subnets)]),
      // An empty list leaves the choice to Azure.
      compared("natAddresses", declared?.natIps.length ? declared.natIps : undefined, addresses),
      compared("natAddressCount", declared && [String(declared.natIpCount)], [
        String(link.natAddresses.length),
      ]),
    ];
  }
}

interface Sides {
  readonly link: Link;
  readonly declared: LinkIntent | undefined;
  readonly policy: Policy;
}

function ownedField(field: (typeof OWNED)[number], { link, declared, policy }: Sides): Field {
  const allowed = declared && texts(desiredLink(declared, policy)[field]);
  const said = declared && texts(declared[field]);
  const shown = compared(field, allowed, texts(link[field]));
  const isNarrowed = said !== undefined && allowed !== undefined && !same(said, allowed);
  return {
    ...shown,
    ...(said && { declared: said }),
    ...(isNarrowed && { allowed }),
    managed: policy.links.fields.includes(field),
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

export function summarize(planned: PlannedLink, policy: Policy): LinkSummary {
  const { link, cluster, owner } = planned;
  const { subscription = "", resourceGroup = "" } = parseResourceId(link.id) ?? {};
  const count = (status: string) => link.connections.filter((one) => one.status === status).length;
  const service = link.tags[OWNER_TAG];
  const differs = differences(planned, policy);
  return {
    key: keyOf(link.id),
    id: link.id,
    name: link.name,
    subscription: subscription.toLowerCase(),
    resourceGroup,
    ...(cluster && { cluster: cluster.name }),
    ...(service !== undefined && { service }),
    state: stateOf(link, owner !== undefined, differs),
    differs,
    connections: {
      pending: count("Pending"),
      approved: count("Approved"),
      rejected: count("Rejected"),
      disconnected: count("Disconnected"),
    },
  };
}

function stateOf({ tags }: Link, isOwned: boolean, differs: readonly string[]): LinkSummary["state"] {
  if (isTaggedOff(tags)) return "off";
  if (!isOwned) return "unowned";
  return differs.length > 0 ? "differs" : "as declared";
}

/** A Service that declares no link at all has one too many. */
function differences(planned: PlannedLink, policy: Policy): string[] {
  if (planned.owner && !planned.owner.intent.link) return ["link"];
  return compareFields(planned, policy).flatMap(({ field, differs }) => (differs ? [field] : []));
}
