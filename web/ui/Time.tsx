import { useNow } from "./clock.ts";
import { absolute, relative } from "./words.ts";

/** Relative time; hovering or focusing it (or its row) shows the exact time. */
export function Time({ utc }: { utc: string }) {
  const now = useNow();
  return (
    <time dateTime={utc} title={absolute(utc)}>
      <span class="time-relative">{relative(utc, now)}</span>
      <span class="time-absolute">{absolute(utc)}</span>
    </time>
  );
}
