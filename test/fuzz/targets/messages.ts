/** What machines send: reviews, lists and watch events, Event Grid events, queue messages. */
import { isDeepStrictEqual } from "node:util";
import { parseWork } from "../../../functions/outcome.ts";
import { receiveEvent } from "../../../shared/events/receive.ts";
import { admit } from "../../../shared/admission/admit.ts";
import { writeAddresses } from "../../../shared/admission/mutate.ts";
import { AdmissionReview, type AdmissionResponse } from "../../../shared/admission/review.ts";
import { readPage } from "../../../shared/declarations/page.ts";
import { isOlder } from "../../../shared/declarations/service.ts";
import { readWindow } from "../../../shared/declarations/window.ts";
import { silentLog } from "../../../shared/ports/log.ts";
import { internalService, Reporter } from "../../builders/reports.ts";
import { cluster, subnetRow, VNET } from "../../builders/world.ts";
import { memoryRun, type MemoryRun } from "../../memory/run.ts";
import { hold, jsonOr, refusableLater, type Target } from "../target.ts";

const A = "service.beta.kubernetes.io/azure-";
const METADATA = {
  name: "web",
  namespace: "shop",
  uid: "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
  annotations: {
    [`${A}load-balancer-internal`]: "true",
    [`${A}load-balancer-ipv4`]: "10.0.1.10",
    [`${A}pls-create`]: "true",
    [`${A}pls-visibility`]: "*",
    "mooring.dev/address": "auto",
  },
};
const SERVICE = {
  apiVersion: "v1",
  kind: "Service",
  metadata: METADATA,
  spec: { type: "LoadBalancer", ports: [{ port: 80, protocol: "TCP" }] },
};

function review(some: object): string {
  const kind = { group: "", version: "v1", kind: "Service" };
  const request = { uid: "r", kind, namespace: "shop", name: "web", operation: "CREATE", ...some };
  return JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request });
}

const PLAIN = { ...SERVICE, metadata: { ...METADATA, annotations: {} } };
const REVIEWS = [
  review({ object: SERVICE }),
  review({ operation: "UPDATE", object: SERVICE, oldObject: PLAIN }),
  review({ operation: "DELETE", object: null, oldObject: SERVICE, dryRun: true }),
];

async function world(): Promise<MemoryRun> {
  const run = memoryRun();
  await run.tables.subnets.transact(VNET.toLowerCase(), [{ do: "put", key: "apps", value: subnetRow() }]);
  return run;
}

function rowsOf({ tables }: MemoryRun): number {
  return [tables.addresses, tables.declarations, tables.proposals].reduce(
    (sum, table) => sum + table.all().length,
    0,
  );
}

async function answered(
  text: string,
  decide: (run: MemoryRun, review: AdmissionReview) => Promise<AdmissionResponse>,
): Promise<AdmissionResponse | undefined> {
  const parsed = AdmissionReview.safeParse(jsonOr(text));
  if (!parsed.success) return undefined;
  const run = await world();
  const before = rowsOf(run);
  const response = await refusableLater(() => decide(run, parsed.data));
  if (!response) return undefined;
  const after = rowsOf(run);
  hold(response.uid === parsed.data.request.uid, "the uid comes back");
  if (parsed.data.request.dryRun) hold(before === after, "a dry run leaves no trace");
  return response;
}

const BOOKMARK = { type: "BOOKMARK", object: { metadata: { resourceVersion: "12" } } };
const EXPIRED = { type: "ERROR", object: { kind: "Status", code: 410, message: "too old" } };
const KUBERNETES = { metadata: { namespace: "default", name: "kubernetes", uid: "k" }, spec: {} };
const versioned = (service: { readonly metadata: object }, resourceVersion: string) => ({
  ...service,
  metadata: { ...service.metadata, resourceVersion },
});
const list = (items: readonly object[] | null, more: object = {}) =>
  JSON.stringify({
    kind: "ServiceList",
    apiVersion: "v1",
    metadata: { resourceVersion: "11", ...more },
    items,
  });
const events = (...all: readonly object[]) => all.map((one) => JSON.stringify(one)).join("\n");

/** What the API server answers, forwarded by the sender as it is. */
const declarations: readonly Target[] = [
  {
    name: "declarations-page",
    seeds: [
      list([versioned(KUBERNETES, "1"), versioned(SERVICE, "10")]),
      list([versioned(KUBERNETES, "1")], { continue: "token" }),
      list(null),
    ],
    async check(text) {
      const listing = { id: "s.1", sequence: 1, limit: 500, pages: 0, items: 0, identities: [] };
      const page = await refusableLater(() => readPage(text, listing));
      if (page) {
        hold(page.services.length <= page.listing.items, "a page has no more Services than items");
        hold(typeof jsonOr(text) === "object", "what is read is JSON");
      }
      await posted(text);
    },
  },
  {
    name: "declarations-window",
    seeds: [
      events({ type: "MODIFIED", object: versioned(SERVICE, "11") }, BOOKMARK),
      events({ type: "DELETED", object: versioned(PLAIN, "11") }),
      events(EXPIRED),
      "",
    ],
    async check(text) {
      const window = await refusableLater(() => readWindow(text, "10"));
      if (window?.is === "window")
        hold(!isOlder(window.resourceVersion, "10"), "a window does not go back in time");
      await posted(text, (reporter) => reporter.list([internalService("web")]));
    },
  },
];

/** Posts the text as the answer to the query that is due: whatever it is, a next query is named, with Services only. */
async function posted(text: string, before = (reporter: Reporter) => reporter.start()): Promise<void> {
  const run = memoryRun();
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  const reporter = new Reporter(run);
  await before(reporter);
  const known = run.tables.declarations.all().length;
  const { outcome, query, problems = [] } = await reporter.step(text);
  hold(/^[A-Za-z0-9=&%._~-]{1,4096}$/.test(query), `the sender accepts the query: ${query}`);
  for (const problem of problems) hold(!/\n\s+at /.test(problem), `no stack trace: ${problem}`);
  if (outcome === "refused") {
    hold(problems.length > 0, "a refusal has a reason");
    hold(run.tables.declarations.all().length === known, "what is refused changes nothing");
  }
}

const PLS =
  "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls";
const DATA = { resourceUri: PLS, operationName: "w", correlationId: "c", claims: { name: "ada" } };

export const messages: readonly Target[] = [
  {
    name: "admission",
    seeds: REVIEWS,
    async check(text) {
      const response = await answered(text, (run, review) => admit(run, cluster(), review));
      for (const warning of response?.warnings ?? []) {
        hold(warning.length < 120, "kubectl does not truncate a warning");
        hold(!/[\p{Cc}\p{Cf}\p{Cs}]/u.test(warning), "a warning steers no terminal");
      }
      hold(!/[\p{Cf}\p{Cs}]|(?!\n)\p{Cc}/u.test(response?.status?.message ?? ""), "nor does a refusal");
    },
  },
  {
    name: "mutation",
    seeds: REVIEWS,
    async check(text) {
      const response = await answered(text, (run, review) => writeAddresses(run, cluster(), review));
      if (response?.patch === undefined) return;
      const patch: unknown = JSON.parse(Buffer.from(response.patch, "base64").toString());
      hold(Array.isArray(patch) && patch.length > 0, "a patch does something");
    },
  },
  ...declarations,
  {
    name: "event",
    seeds: [
      JSON.stringify({
        id: "e",
        subject: PLS,
        eventType: "Microsoft.Resources.ResourceWriteSuccess",
        eventTime: "2026-11-23T12:00:00Z",
        data: DATA,
      }),
      JSON.stringify({
        id: "e",
        subject: `${PLS}/privateEndpointConnections/pe`,
        type: "Microsoft.Resources.ResourceDeleteSuccess",
        time: "2026-11-23T12:00:00.123456Z",
        data: { claims: null },
      }),
      // Longer than any of Azure's: what is sent on must fit the message all the same.
      JSON.stringify({
        id: "e".repeat(300),
        subject: PLS,
        eventType: "Microsoft.Resources.ResourceWriteSuccess",
        eventTime: "2026-11-23T12:00:00Z",
        data: { operationName: "w".repeat(600), correlationId: "", claims: { appid: "a".repeat(600) } },
      }),
      JSON.stringify({
        id: "e",
        subject: `${PLS}${"s".repeat(3000)}`,
        eventType: "Microsoft.Resources.ResourceWriteSuccess",
        eventTime: "2026-11-23T12:00:00Z",
        data: { correlationId: "c".repeat(600) },
      }),
    ],
    async check(text) {
      const run = memoryRun();
      await refusableLater(() => receiveEvent(run, jsonOr(text)));
      for (const { item } of run.queue.sent)
        hold(parseWork(item, silentLog) !== undefined, "what is sent is taken");
    },
  },
  {
    name: "work",
    seeds: [
      JSON.stringify({
        what: "pls",
        id: PLS,
        why: "event w",
        seenAtUtc: "2026-11-23T12:00:00.000Z",
        correlationId: "c",
        attempt: 3,
      }),
    ],
    check(text) {
      const work = parseWork(jsonOr(text), silentLog);
      if (work) hold(isDeepStrictEqual(parseWork(work, silentLog), work), "it may be sent again");
    },
  },
];
