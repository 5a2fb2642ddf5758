import type { Subnet } from "../../../api/model.ts";
import { number } from "../../ui/words.ts";
import { fullnessOf, percentText, percentUsed } from "./usage.ts";

type Used = Pick<Subnet, "used" | "usable">;

/** How full it is, as a bar and in words. */
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
