/** Proves that the soak can fail: the artifact is spoilt in one way after the other, and each must be found out. */
import { PROOFS } from "./proofs.ts";
import { soakWorld } from "./world.ts";

const EPISODES = 2;

/** Exit code 0 if every spoilt artifact was found out, for what it is. */
export async function prove({ seed, say }: { seed: number; say: (line: string) => void }): Promise<number> {
  let missed = 0;
  for (const proof of PROOFS) {
    say(`\nSpoilt: ${proof.what}`);
    const { violations } = await soakWorld({
      seed,
      minutes: Infinity,
      episodes: EPISODES,
      spoil: proof,
      say,
    });
    const found = violations.filter(({ invariant }) => proof.finds.includes(invariant));
    say(found[0] ? `Found out: ${found[0].invariant}: ${found[0].says}` : "NOT found out");
    if (found.length === 0) missed += 1;
  }
  say(`\n${PROOFS.length - missed} of ${PROOFS.length} found out`);
  return missed === 0 ? 0 : 1;
}
