/** The storm: all actors run concurrently with faults, step by step as the seed determines. */
import { setTimeout as delay } from "node:timers/promises";
import {
  closeArm,
  disturbEvents,
  failArm,
  killHost,
  killInWrite,
  restartStorage,
  skewHost,
} from "./faults.ts";
import { connectConsumer, disconnectConsumer, editPls, killCluster, makeCluster } from "./people/azure.ts";
import type { Acting } from "./people/acting.ts";
import { confirmDeclarations, sendForeignList, sendHalf, sendShortList } from "./people/lists.ts";
import { decide, fireTimer, holdAndRelease, look, undo } from "./people/operator.ts";
import { applyService, deleteService, retryPending } from "./people/services.ts";
import { SECOND } from "./times.ts";
import type { Story } from "./story.ts";

type Act = (acting: Acting) => Promise<string>;

const WORK: Readonly<Record<string, Act>> = {
  "apply service": applyService,
  "delete service": deleteService,
  "retry pending": retryPending,
  "edit Private Link Service": editPls,
  "connect consumer": connectConsumer,
  "disconnect consumer": disconnectConsumer,
  "make cluster": makeCluster,
  "kill cluster": killCluster,
  "confirm declarations": confirmDeclarations,
  "send short list": sendShortList,
  "send foreign list": sendForeignList,
  "send half list": sendHalf,
  "fire timer": fireTimer,
  look,
  decide,
  undo,
  "hold or release": holdAndRelease,
};
const WORK_WEIGHTS: Readonly<Record<string, number>> = {
  "apply service": 12,
  "delete service": 3,
  "retry pending": 1,
  "edit Private Link Service": 6,
  "connect consumer": 4,
  "disconnect consumer": 1,
  "make cluster": 0.4,
  "kill cluster": 0.2,
  "confirm declarations": 3,
  "send short list": 1,
  "send foreign list": 1,
  "send half list": 1,
  "fire timer": 4,
  look: 2,
  decide: 1,
  undo: 2,
  "hold or release": 0.5,
};

const TROUBLE: Readonly<Record<string, Act>> = {
  "fail arm": failArm,
  "close arm": closeArm,
  "kill host": killHost,
  "kill in write": killInWrite,
  "skew host": skewHost,
  "restart storage": restartStorage,
  "disturb events": disturbEvents,
};
const TROUBLE_WEIGHTS: Readonly<Record<string, number>> = {
  "fail arm": 6,
  "close arm": 0.7,
  "kill host": 5,
  "kill in write": 3,
  "skew host": 1,
  "restart storage": 1,
  "disturb events": 2,
};

const AT_ONCE = 8;
const TROUBLE_SHARE = 0.8;
const MAX_STEP_SECONDS = 60;
const LONGEST_PAUSE_MILLISECONDS = 2000;

/** One step: time, then several things at once, perhaps trouble among them, while the hosts work off what came before. */
export async function chaosStep(acting: Acting, story: Story): Promise<void> {
  const { random, stage } = acting;
  stage.clock.advance(random.between(5, MAX_STEP_SECONDS) * SECOND);
  const doing = Array.from({ length: random.between(3, AT_ONCE) }, () => {
    const what = random.weighted(WORK_WEIGHTS);
    return story.run(what, () => WORK[what]?.(acting) ?? Promise.resolve(""));
  });
  if (random.chance(TROUBLE_SHARE)) {
    const what = random.weighted(TROUBLE_WEIGHTS);
    doing.push(story.run(what, () => TROUBLE[what]?.(acting) ?? Promise.resolve("")));
  }
  await Promise.all([...doing, delay(random.between(0, LONGEST_PAUSE_MILLISECONDS))]);
}
