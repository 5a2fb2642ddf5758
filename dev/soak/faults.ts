/** What goes wrong, by seed: hosts die, storage goes away, ARM fails, events come twice, late, in disorder or never, clocks are wrong. */
import { setTimeout as delay } from "node:timers/promises";
import type { NewFault } from "../sandbox/arm/faults.ts";
import type { Acting } from "./people/acting.ts";
import { editPls } from "./people/azure.ts";
import { MAX_SKEW_MINUTES, MINUTE, SECOND } from "./times.ts";
import type { Host } from "./stage/host.ts";

type Disturbing = Pick<Acting, "stage" | "random">;

const APP = "mooring";
const LONGEST_WAIT_MILLISECONDS = 1500;
const SLOW_WRITE = { kind: "latency", milliseconds: 1000 } as const;
const MOST_LOOKS = 60;
const LOOK_MILLISECONDS = 50;

type Action = NewFault["action"];

const ACTIONS: Readonly<Record<string, readonly Action[]>> = {
  throttled: [{ kind: "error", status: 429, retryAfterSeconds: 1 }],
  conflict: [{ kind: "error", status: 409, code: "AnotherOperationInProgress" }],
  precondition: [{ kind: "error", status: 412, code: "PreconditionFailed" }],
  broken: [
    { kind: "error", status: 500 },
    { kind: "error", status: 503, code: "ServiceUnavailable" },
  ],
  slow: [{ kind: "latency", milliseconds: 1500 }],
  cut: [{ kind: "reset" }],
  lost: [{ kind: "loseAnswer" }],
  failed: [{ kind: "failOperation" }],
  hanging: [{ kind: "hangOperation" }],
};

/** Some of the app's next requests to ARM fail in one way. */
export async function failArm({ stage, random }: Acting): Promise<string> {
  const what = random.pick(Object.keys(ACTIONS)) ?? "broken";
  const action = random.pick(ACTIONS[what] ?? []);
  if (!action) return "none";
  const writes = action.kind !== "error" && action.kind !== "latency" && random.chance(0.7);
  const fault = stage.arm.faults.add({
    caller: APP,
    ...(writes && { method: random.pick(["PUT", "DELETE"]) ?? "PUT" }),
    action,
    times: random.between(1, 6),
  });
  return `${what} ${fault.times}`;
}

/** Until the storm is over: work fails again and again, and is poisoned in the end. */
export async function closeArm({ stage }: Acting): Promise<string> {
  stage.arm.faults.add({ caller: APP, action: { kind: "error", status: 503, code: "ServiceUnavailable" } });
  return "until it is calm";
}

/** At a random moment; another one takes its place, or the same after a while. */
export async function killHost({ stage, random }: Disturbing): Promise<string> {
  const host = random.pick(stage.hosts.filter(({ url }) => url !== undefined));
  if (!host) return "none is up";
  const wait = random.between(0, LONGEST_WAIT_MILLISECONDS);
  await delay(wait);
  await host.kill();
  await host.start(host.skewMilliseconds);
  return `${host.name} after ${wait} ms`;
}

/** All hosts stop while one of them is waiting for the answer of Azure to a write. */
export async function killInWrite(acting: Acting): Promise<string> {
  const { stage } = acting;
  const { id } = stage.arm.faults.add({ caller: APP, method: "PUT", action: SLOW_WRITE, times: 1 });
  await editPls(acting);
  await stage.fire("pollPrivateLinkServices");
  const isAtIt = await until(
    () => !stage.arm.faults.has(id),
    () => stage.clock.advance(SECOND),
  );
  stage.arm.faults.remove(id);
  if (!isAtIt) return "no host was writing";
  const down = stage.hosts.filter(({ url }) => url !== undefined);
  await Promise.all(down.map((host) => host.kill()));
  for (const host of down) await host.start(host.skewMilliseconds);
  return "killed in a write";
}

/** False if it has not come true for some seconds. */
async function until(isSo: () => boolean, meanwhile: () => void): Promise<boolean> {
  for (let looks = 0; looks < MOST_LOOKS && !isSo(); looks += 1) {
    meanwhile();
    await delay(LOOK_MILLISECONDS);
  }
  return isSo();
}

/** The same, and its clock is another one after. */
export async function skewHost({ stage, random }: Acting): Promise<string> {
  const host = random.pick(stage.hosts.filter(({ url }) => url !== undefined));
  if (!host) return "none is up";
  const minutes = random.between(-MAX_SKEW_MINUTES, MAX_SKEW_MINUTES);
  await host.stop();
  await host.start(minutes * MINUTE);
  return `${host.name} by ${minutes} minutes`;
}

export async function restartStorage({ stage, random }: Disturbing): Promise<string> {
  if (!stage.storage.isUp) return "it is down";
  await delay(random.between(0, LONGEST_WAIT_MILLISECONDS));
  await stage.storage.stop();
  const wait = random.between(0, LONGEST_WAIT_MILLISECONDS);
  await delay(wait);
  await stage.storage.start();
  stage.storage.restarts += 1;
  return `away for ${wait} ms`;
}

export async function disturbEvents({ stage, random }: Acting): Promise<string> {
  const disorder = {
    duplicates: random.between(0, 2),
    loss: random.pick([0, 0.2, 0.5, 1]) ?? 0,
    delayMilliseconds: random.pick([0, 300, 1500]) ?? 0,
    reorder: random.chance(0.5),
  };
  stage.grid.disturb(disorder);
  return JSON.stringify(disorder);
}

/** Ends all faults: hosts run and clocks are right. */
export async function heal({ stage }: Acting): Promise<void> {
  stage.arm.faults.clear();
  stage.grid.disturb({ duplicates: 0, loss: 0, delayMilliseconds: 0, reorder: false });
  if (!stage.storage.isUp) await stage.storage.start();
  for (const host of stage.hosts) await host.stop();
}

/** Restarts stopped hosts with the right time. */
export async function startAll(hosts: readonly Host[]): Promise<void> {
  for (const host of hosts) if (host.url === undefined) await host.start();
}
