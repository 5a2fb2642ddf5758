/** The story, step by step; each step proves itself against ARM, the cluster or the app, or throws. */
import { PARTNER, PLATFORM, internal } from "../world/definition.ts";
import { SOLO_VNET } from "../world/definition.ts";
import {
  expect,
  frontendWith,
  findPls,
  visibility,
  connectManually,
  connectionOf,
  leftovers,
  type Step,
  type Story,
} from "./story.ts";

type Item = Record<string, any>;

const TAKEN = "10.240.8.60";
/** A Service of the other cluster holds it. */
const ELSEWHERE = "10.240.8.71";
const plsSettings = (name: string, visibility: string) => ({
  "pls-create": "true",
  "pls-name": name,
  "pls-ip-configuration-subnet": "links",
  "pls-visibility": visibility,
  "pls-auto-approval": PLATFORM,
});

export const STEPS: Step[] = [
  { title: "A Service requests an address that another cluster's load balancer has", play: refuseTaken },
  { title: "It takes the free address that was suggested, and its load balancer appears", play: takeFree },
  { title: "A second cluster requests the same address", play: refuseSecond },
  { title: "The API server refuses what admission allowed", play: refuseAfterAdmission },
  { title: "A cluster's sender reports the Services of another cluster", play: refuseForeignList },
  {
    title: "An operator opens a Private Link Service's visibility to every subscription",
    play: putBackVisibility,
  },
  {
    title: "Two consumers request a connection: one from a declared subscription, one not",
    play: approveDeclared,
  },
  { title: "A cluster is deleted and leaves a load balancer and a Private Link Service", play: sweepDead },
];

async function apply({ world }: Story, cluster: string, service: ReturnType<typeof internal>): Promise<Item> {
  const { namespace, name } = service.metadata;
  return world.control("PUT", `/clusters/${cluster}/namespaces/${namespace}/services/${name}`, service);
}

async function refuseTaken(story: Story): Promise<void> {
  await scanned(story);
  const answer = await apply(
    story,
    "aks-one",
    internal(`demo-${story.mark}`, { "load-balancer-ipv4": ELSEWHERE }),
  );
  story.say(answer["message"]);
  expect(answer["allowed"] === false, "the Service is refused");
  const free = /nearest free addresses: ([\d.]+)/.exec(answer["message"])?.[1];
  expect(free !== undefined, "a free address is suggested");
  story.address = free ?? "";
}

async function takeFree(story: Story): Promise<void> {
  const answer = await apply(
    story,
    "aks-one",
    internal(`demo-${story.mark}`, { "load-balancer-ipv4": story.address }),
  );
  expect(
    answer["allowed"] === true && !answer["pending"],
    `the Service is accepted and built (${answer["message"] ?? answer["pending"] ?? "ok"})`,
  );
  const frontend = await story.world.eventually("the frontend", () => frontendWith(story, story.address));
  story.say(`frontend ${frontend["name"]} has ${story.address}`);
}

async function refuseSecond(story: Story): Promise<void> {
  const answer = await apply(
    story,
    "aks-two",
    internal(`demo-${story.mark}`, { "load-balancer-ipv4": story.address }),
  );
  story.say(answer["message"]);
  expect(answer["allowed"] === false, "the second cluster is refused");
  expect(/\[address-(claimed|in-use)\]/.test(answer["message"]), "because the address is held");
}

/** A name that exists, and a quota: both are checked after the webhook, and change nothing that the cluster has. */
async function refuseAfterAdmission(story: Story): Promise<void> {
  const { world, mark, say } = story;
  const create = (name: string) =>
    world.control("POST", "/clusters/aks-one/namespaces/shop/services", internal(name));
  const existing = await create(`demo-${mark}`);
  say(existing.message);
  expect(existing.code === 409, "a second Service of the same name is refused");
  await world.control("PATCH", "/clusters/aks-one/refusals", { quota: 0 });
  const over = await create(`demo-over-${mark}`);
  await world.control("PATCH", "/clusters/aks-one/refusals", { quota: null });
  say(over.message);
  expect(over.code === 403, "a Service over the quota is refused");
  const { status } = await world.control("POST", "/clusters/aks-one/confirm");
  expect(status === 200, "the cluster confirms its Services");
  const frontend = await frontendWith(story, story.address);
  expect(frontend !== undefined, `${story.address} still has its frontend`);
}

async function refuseForeignList({ world, say }: Story): Promise<void> {
  const readFrom = (readsFrom: string | null) =>
    world.control("PATCH", "/clusters/aks-one/sender", { readsFrom });
  await readFrom("aks-two");
  const foreign = await world.control("POST", "/clusters/aks-one/confirm");
  await readFrom(null);
  say((foreign.body?.problems ?? []).join("\n"));
  expect(foreign.status === 409, "the list of another cluster is refused");
  const own = await world.control("POST", "/clusters/aks-one/confirm");
  expect(own.status === 200, "the cluster's own list is accepted");
}

async function putBackVisibility(story: Story): Promise<void> {
  const { world, mark, say } = story;
  const name = `pls-demo-${mark}`;
  const answer = await apply(
    story,
    "aks-one",
    internal(`demo-pls-${mark}`, plsSettings(name, `${PLATFORM} ${PARTNER}`)),
  );
  expect(
    answer["allowed"] === true && !answer["pending"],
    `the linked Service is built (${answer["message"] ?? answer["pending"] ?? "ok"})`,
  );
  const pls = await findPls(story, name);
  pls["properties"].visibility = { subscriptions: ["*"] };
  await world.arm("PUT", pls["id"], pls);
  say(`visibility of ${name} is now ${(await visibility(story, pls["id"])).join(" ")}`);
  say("Mooring requests a new list of the cluster before it writes: about half a minute");
  await world.eventually("the visibility to be put back", async () =>
    (await visibility(story, pls["id"])).includes("*") ? undefined : true,
  );
  say(`visibility of ${name} is again ${(await visibility(story, pls["id"])).join(" ")}`);
}

async function approveDeclared(story: Story): Promise<void> {
  const { world, mark, say } = story;
  const pls = await findPls(story, `pls-demo-${mark}`);
  await connectManually(story, {
    subscription: PLATFORM,
    pls,
    vnet: pls["properties"].ipConfigurations[0].properties.subnet.id.split("/subnets/")[0],
  });
  await connectManually(story, { subscription: PARTNER, pls, vnet: SOLO_VNET });
  const declared = await world.eventually("the declared connection to be approved", async () => {
    const found = await connectionOf(story, pls["id"], PLATFORM);
    return found?.["properties"].privateLinkServiceConnectionState.status === "Approved" ? found : undefined;
  });
  say(
    `${declared["name"]}: ${declared["properties"].privateLinkServiceConnectionState.status} (${declared["properties"].privateLinkServiceConnectionState.description})`,
  );
  const undeclared = await connectionOf(story, pls["id"], PARTNER);
  say(`${undeclared?.["name"]}: ${undeclared?.["properties"].privateLinkServiceConnectionState.status}`);
  expect(
    undeclared?.["properties"].privateLinkServiceConnectionState.status === "Pending",
    "the undeclared connection is still pending",
  );
}

async function sweepDead(story: Story): Promise<void> {
  const { world, mark, say } = story;
  const name = `demo-${mark}`;
  const cluster = await world.control("POST", "/clusters", { name });
  const answer = await apply(story, name, internal("doomed", plsSettings(`pls-doomed-${mark}`, PLATFORM)));
  expect(
    answer["allowed"] === true && !answer["pending"],
    `the doomed Service is built (${answer["message"] ?? answer["pending"] ?? "ok"})`,
  );
  await world.control("POST", `/clusters/${name}/confirm`);
  const before = await world.mooring(["policy", "show", "-o", "json"]);
  await world.mooring(
    ["policy", "apply", "-", "--yes", "--reason", "demo: sweep soon"],
    JSON.stringify(shortGrace(JSON.parse(before), name)),
  );
  try {
    await world.control("DELETE", `/clusters/${name}`);
    say(
      `cluster ${name} was deleted; ${cluster["nodeResourceGroup"]} still has ${(await leftovers(story, cluster["nodeResourceGroup"])).join(", ")}`,
    );
    await quarantined(story, name);
    await deleted(story, cluster["nodeResourceGroup"]);
  } finally {
    await world.mooring(["policy", "apply", "-", "--yes", "--reason", "end of the demo"], before);
  }
  await journalled(story, name);
}

/** Sweeping this cluster only, with seconds for days. */
function shortGrace(policy: Item, cluster: string): Item {
  return {
    ...policy,
    modes: { ...policy["modes"], sweep: "enforce" },
    scope: { ...policy["scope"], sweep: { ...policy["scope"].sweep, clusters: [cluster] } },
    // The grace period is never shorter than these two together.
    declarations: { ...policy["declarations"], listSeconds: 2 },
    staleMinutes: 0.1,
    sweepGraceSeconds: 2,
    maxDeletePercent: 100,
  };
}

async function quarantined({ world, say }: Story, cluster: string): Promise<void> {
  const rows = await world.eventually("two orphans in quarantine", async () => {
    await world.fire("sweepOrphans");
    const found = (JSON.parse(await world.mooring(["orphans", "list", "-o", "json"])) as Item[]).filter(
      (row) => row["cluster"] === cluster,
    );
    return found.length === 2 ? found : undefined;
  });
  for (const row of rows)
    say(`quarantined: ${row["kind"]} ${row["name"]}, because ${row["quarantine"].reason}`);
}

async function deleted(story: Story, group: string): Promise<void> {
  await story.world.eventually("the orphans to be deleted", async () => {
    await story.world.fire("sweepOrphans");
    return (await leftovers(story, group)).length === 0 ? true : undefined;
  });
  story.say(`${group} has neither load balancer nor Private Link Service any more`);
}

async function journalled({ world, say }: Story, cluster: string): Promise<void> {
  const entries = (JSON.parse(await world.mooring(["journal", "list", "-o", "json"])) as Item[]).filter(
    (entry) => entry["change"].cluster === cluster,
  );
  for (const entry of entries)
    say(
      `journal: ${entry["change"].action} ${entry["change"].resourceId.split("/").at(-1)} ${entry["outcome"]} at ${entry["completedAtUtc"]}`,
    );
  expect(
    entries.filter((entry) => entry["outcome"] === "applied").length === 2,
    "the journal has both deletes",
  );
}

async function scanned({ world }: Story): Promise<void> {
  await world.fire("scanInventory");
  const probe = internal("demo-probe", { "load-balancer-ipv4": TAKEN });
  await world.eventually("the inventory to be scanned", async () => {
    const answer = await world.control(
      "PUT",
      "/clusters/aks-two/namespaces/shop/services/demo-probe?dryRun=All",
      probe,
    );
    return answer["allowed"] === false ? true : undefined;
  });
}
