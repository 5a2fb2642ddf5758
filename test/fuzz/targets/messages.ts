/** What machines send: reviews, snapshots, events, queue messages. */
import { isDeepStrictEqual } from "node:util";
import { parseWork } from "../../../functions/outcome.ts";
import { receiveEvent } from "../../../shared/events/receive.ts";
import { admit } from "../../../shared/gate/admit.ts";
import { writeAddresses } from "../../../shared/gate/companion.ts";
import { AdmissionReview, type AdmissionResponse } from "../../../shared/gate/review.ts";
import { readServices, type ListForm } from "../../../shared/intents/readServices.ts";
import { silentLog } from "../../../shared/log.ts";
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

async function answered(
  text: string,
  decide: (run: MemoryRun, review: AdmissionReview) => Promise<AdmissionResponse>,
): Promise<AdmissionResponse | undefined> {
  const parsed = AdmissionReview.safeParse(jsonOr(text));
  if (!parsed.success) return undefined;
  const run = await world();
  const before = run.tables.addresses.all().length + run.tables.intents.all().length;
  const response = await refusableLater(() => decide(run, parsed.data));
  if (!response) return undefined;
  const after = run.tables.addresses.all().length + run.tables.intents.all().length;
  hold(response.uid === parsed.data.request.uid, "the uid comes back");
  if (parsed.data.request.dryRun) hold(before === after, "a dry run leaves no trace");
  return response;
}

const snapshots: readonly Target[] = (["list", "lines"] as const).map((form: ListForm) => ({
  name: `snapshot-${form}`,
  seeds:
    form === "list"
      ? [
          JSON.stringify({ kind: "List", apiVersion: "v1", items: [SERVICE, PLAIN], metadata: {} }),
          '{"kind":"ServiceList","items":null}',
          '{"kind":"List","metadata":{"continue":"x"},"items":[]}',
        ]
      : [
          `${JSON.stringify(SERVICE)}\n${JSON.stringify(PLAIN)}\n{"kind":"List","apiVersion":"v1"}\n`,
          '{"kind":"List"}',
        ],
  async check(text) {
    const whole = await refusableLater(() => readServices(pieces(text, text.length + 1), form));
    const parts = await refusableLater(() => readServices(pieces(text, 7), form));
    hold(isDeepStrictEqual(whole, parts), "however it is cut, it is the same list");
    if (form === "list" && whole) hold(typeof jsonOr(text) === "object", "what is read is JSON");
  },
}));

async function* pieces(text: string, length: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length);
}

const LINK =
  "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls";
const DATA = { resourceUri: LINK, operationName: "w", correlationId: "c", claims: { name: "ada" } };

export const messages: readonly Target[] = [
  {
    name: "admission",
    seeds: REVIEWS,
    async check(text) {
      const response = await answered(text, (run, review) => admit(run, cluster(), review));
      for (const warning of response?.warnings ?? []) {
        hold(warning.length < 120, "kubectl shows a warning whole");
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
  ...snapshots,
  {
    name: "event",
    seeds: [
      JSON.stringify({
        id: "e",
        subject: LINK,
        eventType: "Microsoft.Resources.ResourceWriteSuccess",
        eventTime: "2026-11-23T12:00:00Z",
        data: DATA,
      }),
      JSON.stringify({
        id: "e",
        subject: `${LINK}/privateEndpointConnections/pe`,
        type: "Microsoft.Resources.ResourceDeleteSuccess",
        time: "2026-11-23T12:00:00.123456Z",
        data: { claims: null },
      }),
      // Longer than any of Azure's: what is sent on must fit the message all the same.
      JSON.stringify({
        id: "e".repeat(300),
        subject: LINK,
        eventType: "Microsoft.Resources.ResourceWriteSuccess",
        eventTime: "2026-11-23T12:00:00Z",
        data: { operationName: "w".repeat(600), correlationId: "", claims: { appid: "a".repeat(600) } },
      }),
      JSON.stringify({
        id: "e",
        subject: `${LINK}${"s".repeat(3000)}`,
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
        what: "link",
        id: LINK,
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
