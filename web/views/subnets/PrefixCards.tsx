import type { AddressMap, PrefixMap } from "../../../api/model.ts";
import { Card } from "../../ui/Card.tsx";
import { number } from "../../ui/words.ts";
import { isDrawn } from "./cells.ts";
import { PrefixCard } from "./PrefixCard.tsx";

/** Each prefix on a map of its own; those too large for one say so. */
export function PrefixCards({ map }: { map: AddressMap }) {
  return (
    <>
      {map.prefixes.map((prefix) =>
        isDrawn(prefix) ? (
          <PrefixCard key={prefix.prefix} prefix={prefix} holders={map.holders} />
        ) : (
          <Undrawn key={prefix.prefix} prefix={prefix} />
        ),
      )}
    </>
  );
}

function Undrawn({ prefix: { prefix, first, taken } }: { prefix: PrefixMap }) {
  const why = first.includes(":")
    ? "A prefix of IPv6 has more addresses than anybody could look at."
    : "It has more than 65,536 addresses.";
  return (
    <Card title={`Addresses of ${prefix}`}>
      <p>
        There is no map of this prefix. {why} Its {number(taken.length)} taken addresses are in the table
        below.
      </p>
    </Card>
  );
}
