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
  /** Text in the address or name, in a Service that declares or has it, or in what has it in Azure. */
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
      "Addresses and Private Link Service names in use: what has them in Azure, which Services declare them",
    role: "Mooring.Reader",
    query: Filter,
    response: pageOf(PlaceUse),
    handle: async ({ run, query }) => ({ body: await pageOfUses(run, query) }),
  }),
  defineOperation({
    name: "nextFreeAddresses",
    method: "GET",
    path: "/ip/next",
    summary: "The lowest free addresses of a subnet, with an annotation to paste",
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
      "Who has an address, in every scanned subnet that contains it, since when, and what is free nearby",
    role: "Mooring.Reader",
    params: z.strictObject({ address: z.string().min(1).max(64) }),
    response: AddressLookup,
    handle: async ({ run, params: { address } }) => {
      const body = await lookUpAddress(run, address, services(run));
      if (body.subnets.length === 0) throw new ApiProblem(404, `no scanned subnet contains ${address}`);
      return { body };
    },
  }),
  defineOperation({
    name: "releaseClaims",
    method: "POST",
    path: "/ip/release",
    summary: "Ends claims of an address or a Private Link Service name; what Azure has is not touched",
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

/** There may be tens of thousands of Services: they are read once for pages that follow each other. */
function services(run: Run): Promise<Services> {
  return recently(run, "services", () => readServices(run));
}

async function pageOfUses(run: Run, { subnet, vnet, q, ...page }: Filter) {
  if (vnet !== undefined && subnet === undefined)
    throw new ApiProblem(400, "query.vnet: name the subnet as well");
  const sources =
    subnet === undefined ? await listSources(run) : [sourceOf(await chooseSubnet(run, { subnet, vnet }))];
  const shower = await createShower(run, services(run));
  const uses = listUses(run, { sources, text: q, after: startOf(page.continuation) }, shower);
  const { items, ...rest } = await pageOfStream(uses, { limit: page.limit, show: (found) => found });
  return { ...rest, items: await mapAtMost(AT_ONCE, items, (found) => shower.show(found)) };
}
