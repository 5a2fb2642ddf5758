/** Reviews that are as costly as their size allows, and for how long each keeps the event loop: the longest of many, in milliseconds. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { readJson } from "../../shared/declarations/jsonShape.ts";
import { admit } from "../../shared/admission/admit.ts";
import { AdmissionReview } from "../../shared/admission/review.ts";
import type { Run } from "../../shared/ports/ports.ts";
import type { Bench, Figure } from "./figures.ts";
import { cluster, connectedRun, fillInventory } from "./inventory.ts";
import { document } from "./reviews.ts";

/** No request may keep the loop for longer. */
const MOST_MILLISECONDS = 50;
const ROUNDS = 10;
const A = "service.beta.kubernetes.io/azure-";
/** What Kubernetes takes of annotations, less the names. */
const ROOM = 250 * 1024;

export async function hostileReviews(bench: Bench): Promise<Figure[]> {
  const run = connectedRun(bench, "benchhostile");
  await fillInventory(run, 0);
  const figures: Figure[] = [];
  for (const [name, object] of Object.entries(hostile())) {
    const text = JSON.stringify(document(object));
    const ours = await longestBlock(run, text);
    figures.push({
      name: `${name} (${(text.length / 1024).toFixed(0)} KiB)`,
      unit: "ms",
      ours,
      aim: { value: MOST_MILLISECONDS },
    });
  }
  return figures;
}

/** The first rounds compile. */
async function longestBlock(run: Run, text: string): Promise<number> {
  for (let round = 0; round < ROUNDS; round += 1) await answer(run, text);
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  for (let round = 0; round < ROUNDS; round += 1) {
    await answer(run, text);
    await delay(2);
  }
  loop.disable();
  return loop.max / 1e6;
}

async function answer(run: Run, text: string): Promise<void> {
  try {
    await admit(run, cluster, AdmissionReview.parse(readJson(text, "the body")));
  } catch {
    // A refusal is an answer, too.
  }
}

function hostile(): Record<string, object> {
  const pls = { [`${A}pls-create`]: "true" };
  const list = (entry: string) => entry.repeat(Math.floor(ROOM / entry.length));
  const addresses = (separator: string) =>
    Array.from({ length: 16_000 }, (_, n) => `10.9.${n >> 8}.${n % 256}`).join(separator);
  return {
    "as many ports as fit": service(
      {},
      { ports: each(60_000, (n) => ({ port: (n % 65_535) + 1, protocol: "TCP" })) },
    ),
    "as many IP families as fit": service({}, { ipFamilies: each(150_000, () => "IPv4") }),
    "as many addresses as fit": service({ [`${A}load-balancer-ipv4`]: addresses(",") }),
    "as many NAT addresses as fit": service({
      ...pls,
      [`${A}pls-ip-configuration-ip-address`]: addresses(" "),
    }),
    "as many wrong subscriptions as fit": service({ ...pls, [`${A}pls-visibility`]: list("a ") }),
    "as many host names as fit": service({ ...pls, [`${A}pls-fqdns`]: list("a.b ") }),
    "nothing but blanks": service({ ...pls, [`${A}pls-visibility`]: list(" ") }),
    "a subnet with a long name": service({ [`${A}load-balancer-internal-subnet`]: list("a") }),
    "one long name of an annotation": service({ [`${A}load-balancer-internal${list("l")}`]: "x" }),
    "as many misspelled annotations as fit": service(
      Object.fromEntries(each(3000, (n) => [`${A}load-balancer-intern${n.toString(36)}`, "true"])),
    ),
    "as many different labels as are parsed": {
      metadata: {
        name: "s",
        namespace: "bench",
        labels: Object.fromEntries(each(60_000, (n) => [`label-${n}`, ""])),
      },
      spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
    },
    "nothing of ours, 4 MiB": { ...service({}), other: "\u0001".repeat(650 * 1024) },
  };
}

function service(annotations: Record<string, string>, spec: object = {}): object {
  return {
    metadata: {
      name: "s",
      namespace: "bench",
      annotations: { [`${A}load-balancer-internal`]: "true", ...annotations },
    },
    spec: { type: "LoadBalancer", ports: [{ port: 80 }], ...spec },
  };
}

function each<T>(length: number, make: (n: number) => T): T[] {
  return Array.from({ length }, (_, n) => make(n));
}
