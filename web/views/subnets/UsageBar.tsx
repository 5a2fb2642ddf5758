import type { Subnet } from "../../../api/model.ts";
import { number } from "../../ui/words.ts";
import { fullnessOf, percentText, percentUsed } from "./usage.ts";

type Used = Pick<Subnet, "used" | "usable">;

/** Usage as a bar and as text. */
export function UsageBar({ subnet }: { subnet: Used }) {
  return (
    <span class="usage">
      <span class="usage-bar" aria-hidden="true">
        <span class={`usage-fill usage-${fullnessOf(subnet)}`} style={{ width: `${percentUsed(subnet)}%` }} />
      </span>
      <span class="number">{percentText(subnet)}</span>
    </span>
  );
}

export function UsageText({ subnet: { used, usable } }: { subnet: Used }) {
  return (
    <span class="number">
      {number(used)} of {number(usable)}
    </span>
  );
}
