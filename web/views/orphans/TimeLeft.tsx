import { useEffect, useState } from "preact/hooks";
import { absolute } from "../../ui/words.ts";
import type { Orphan } from "../../../api/model.ts";
import { shareOver, timeLeft } from "./timeLeft.ts";

const HOUR = 3_600_000;

/** How much of the grace is left, counting down; the exact end on hover. */
export function TimeLeft({ quarantine }: { readonly quarantine: NonNullable<Orphan["quarantine"]> }) {
  const { sinceUtc, deleteAfterUtc } = quarantine;
  const now = useCountdown(deleteAfterUtc);
  const left = timeLeft(deleteAfterUtc, now);
  return (
    <span class="time-left" title={`Grace ends ${absolute(deleteAfterUtc)}`}>
      {left === "over" ? "Grace is over" : left}
      <progress aria-label="Grace that is over" max={1} value={shareOver(sinceUtc, deleteAfterUtc, now)} />
    </span>
  );
}

/** Now, each second in the last hour and each minute before it; at rest once it is over. */
function useCountdown(untilUtc: string): number {
  const [now, setNow] = useState(() => Date.now());
  const left = Date.parse(untilUtc) - now;
  useEffect(() => {
    if (left <= 0) return undefined;
    const timer = setTimeout(() => setNow(Date.now()), left < HOUR ? 1000 : 60_000);
    return () => clearTimeout(timer);
  }, [now, untilUtc]);
  return now;
}
