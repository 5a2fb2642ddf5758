import type { Subnet } from "../../../api/model.ts";
import { useNow } from "../../ui/clock.ts";
import { Badge } from "../../ui/Badge.tsx";
import { day } from "./dates.ts";
import { daysBetween } from "./usage.ts";

const SOON_DAYS = 30;

/** The day when the subnet is full at the current rate. */
export function FullOn({ subnet: { forecast, used, usable } }: { subnet: Subnet }) {
  const today = new Date(useNow()).toISOString().slice(0, 10);
  if (used >= usable) return <Badge tone="error">full</Badge>;
  if (!forecast) return <span class="quiet">no forecast yet</span>;
  if (forecast.fullOn === undefined) return <span class="quiet">not growing</span>;
  const days = daysBetween(today, forecast.fullOn);
  const text = `${day(forecast.fullOn)}, in ${days} ${days === 1 ? "day" : "days"}`;
  return days <= SOON_DAYS ? <Badge tone="warn">{text}</Badge> : <span>{text}</span>;
}
