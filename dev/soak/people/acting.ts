import type { Random } from "../random.ts";
import type { Stage } from "../stage/stage.ts";
import type { Truth } from "../truth.ts";

/** What all actors use. */
export interface Acting {
  readonly stage: Stage;
  readonly truth: Truth;
  readonly random: Random;
}
