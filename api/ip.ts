import * as z from "zod";
import { lookUpAddress, nextFree } from "../shared/ip/lookUp.ts";
import { listUses } from "../shared/ip/listUses.ts";
import { planRelease } from "../shared/ip/releaseClaims.ts";
import { readServices, type Services } from "../shared/ip/services.ts";
import { createShower } from "../shared/ip/showUse.ts";
import { chooseSubnet, listSources, sourceOf } from "../shared/ip/sources.ts";
import type { Run } from "../shared/ports/ports.ts";
import { mapAtMost } from "../shared/core/waitForAll.ts";
import { AddressLookup, FreeAddresses, NewRelease, pageOf, PlaceUse, ReleasedClaims } from "./model.ts";
import { defineOperation } from "./operation.ts";
import { pageOfStream, paging, startOf } from "./page.ts";
import { planning } from "./plans.ts";
import { ApiProblem } from "./problem.ts";
import { forget, recently } from "./recent.ts";

const AT_ONCE = 8;
const MOST_FREE = 100;

const Subnet = { subnet: z.string().min(1).max(400), vnet: z.string().min(1).max(400).optional() };

const Filter = z.strictObject({
  ...Subnet,
  /** Name, `vnet/name` or id; absent: all subnets, and names of Private Link Services. */
  subnet: Subnet.subnet.optional(),
  /** Text in the address or name, in a Service that declares or uses it, or in its Azure resource. */
  q: z.string().trim().max(200).optional(),
  ...paging,
});
type Filter = z.infer<typeof Filter>;

const Next = z.strictObject({
  ...Subnet,
  count: z.coerce.number().int().min(1).max(MOST_FREE).default(1),
  family: z.enum(["IPv4", "IPv6"]).default("IPv4"),
});

export const ip = [
  defineOperation({
    name: "listAddressUses",
    method: "GET",
    path: "/ip",
    summary:
      "List addresses and Private Link Service names in use, with the Azure resource and the Services that declare them",
    role: "Mooring.Reader",
    query: Filter,
    response: pageOf(PlaceUse),
    handle: async ({ run, query }) => ({ body: await pageOfUses(run, query) }),
  }),
  defineOperation({
    name: "nextFreeAddresses",
    method: "GET",
    path: "/ip/next",
    summary: "List the lowest free addresses of a subnet, with the annotation for each",
    role: "Mooring.Reader",
    query: Next,
    response: FreeAddresses,
    handle: async ({ run, query }) => ({
      body: await nextFree(run, { ...query, subnet: await chooseSubnet(run, query) }),
    }),
  }),
  defineOperation({
    name: "lookUpAddress",
    method: "GET",
    path: "/ip/{address}",
    summary:
      "Look up an address in every scanned subnet that contains it: holder, since when, and the nearest free addresses",
    role: "Mooring.Reader",
    params: z.strictObject({ address: z.string().min(1).max(64) }),
    response: AddressLookup,
    handle: async ({ run, params: { address } }) => {
      const body = await lookUpAddress(run, address, services(run));
      if (body.subnets.length === 0) throw new ApiProblem(404, `No scanned subnet contains ${address}`);
      return { body };
    },
  }),
  defineOperation({
    name: "releaseClaims",
    method: "POST",
    path: "/ip/release",
    summary: "Release claims of an address or a Private Link Service name. Changes nothing in Azure",
    role: "Mooring.Operator",
    query: planning,
    body: NewRelease,
    response: ReleasedClaims,
    handle: async ({ run, query, body, principal }) => {
      const { shown, carryOut } = await planRelease(run, { ...body, who: principal.name });
      if (query.dryRun === "true") return { body: shown };
      const released = await carryOut();
      forget(run);
      return { body: released };
    },
  }),
];

/** There may be tens of thousands of Services: they are read once for consecutive pages. */
function services(run: Run): Promise<Services> {
  return recently(run, "services", () => readServices(run));
}

async function pageOfUses(run: Run, { subnet, vnet, q, ...page }: Filter) {
  if (vnet !== undefined && subnet === undefined)
    throw new ApiProblem(400, "query.vnet: requires query.subnet");
  const sources =
    subnet === undefined ? await listSources(run) : [sourceOf(await chooseSubnet(run, { subnet, vnet }))];
  const shower = await createShower(run, services(run));
  const uses = listUses(run, { sources, text: q, after: startOf(page.continuation) }, shower);
  const { items, ...rest } = await pageOfStream(uses, { limit: page.limit, show: (found) => found });
  return { ...rest, items: await mapAtMost(AT_ONCE, items, (found) => shower.show(found)) };
}
