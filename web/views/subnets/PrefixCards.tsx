import type { AddressMap, PrefixMap } from "../../../api/model.ts";
import { Card } from "../../ui/Card.tsx";
import { count, number } from "../../ui/words.ts";
import { isDrawn } from "./cells.ts";
import { PrefixCard } from "./PrefixCard.tsx";

/** Each prefix on a map of its own; those too large for one say so. */
export function PrefixCards({ map }: { map: AddressMap }) {
  return (
    <>
      {map.subnet.unknown > 0 && <Unknown uses={map.subnet.unknown} />}
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

/** Azure counts these in the subnet, and reports no addresses: the map cannot show where they are. */
function Unknown({ uses }: { uses: number }) {
  return (
    <p class="quiet" role="note">
      Azure counts {count(uses, "use")} of this subnet whose {uses === 1 ? "address is" : "addresses are"}{" "}
      unknown to Mooring. An address that the maps show as free may be in use.
    </p>
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
