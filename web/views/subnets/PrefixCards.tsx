import type { AddressMap, PrefixMap } from "../../../api/model.ts";
import { Card } from "../../ui/Card.tsx";
import { count, number } from "../../ui/words.ts";
import { isDrawn } from "./cells.ts";
import { PrefixCard } from "./PrefixCard.tsx";

/** A map for each prefix, or a note for prefixes that are too large. */
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

/**
 * Azure counts these IP configurations in the subnet without reporting their addresses: the map cannot show
 * them.
 */
function Unknown({ uses }: { uses: number }) {
  return (
    <p class="quiet" role="note">
      Azure counts {count(uses, "used address", "used addresses")} in this subnet without reporting which. An
      address that the map shows as free may be in use.
    </p>
  );
}

function Undrawn({ prefix: { prefix, first, taken } }: { prefix: PrefixMap }) {
  const why = first.includes(":")
    ? "IPv6 prefixes are too large."
    : "The prefix has more than 65,536 addresses.";
  return (
    <Card title={`Addresses of ${prefix}`}>
      <p>
        No map is available. {why} The table below lists its {number(taken.length)} used addresses.
      </p>
    </Card>
  );
}
