import { useEffect, useState } from "preact/hooks";
import { absolute } from "../../ui/words.ts";
import type { Orphan } from "../../../api/model.ts";
import { remaining, shareOver } from "./timeLeft.ts";

const HOUR = 3_600_000;

/** The remaining grace period as a countdown; hovering shows the exact end. */
export function TimeLeft({ quarantine }: { readonly quarantine: NonNullable<Orphan["quarantine"]> }) {
  const { sinceUtc, deleteAfterUtc, awaitsFirstReport } = quarantine;
  const now = useCountdown(deleteAfterUtc);
  const ends = `Grace period ends ${absolute(deleteAfterUtc)}`;
  return (
    <span
      class="time-left"
      title={awaitsFirstReport ? `${ends} or later: it begins with the next list of the cluster` : ends}
    >
      {remaining(quarantine, now)}
      <progress aria-label="Elapsed grace period" max={1} value={shareOver(sinceUtc, deleteAfterUtc, now)} />
    </span>
  );
}

/**
 * The current time, updated every second in the last hour and every minute before; no updates after the
 * end.
 */
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
