import { useMemo } from "preact/hooks";
import type { AddressMap, PrefixMap, Verdict } from "../../../api/model.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Card } from "../../ui/Card.tsx";
import { Resource } from "../../ui/Resource.tsx";
import { href } from "../../ui/route.ts";
import { useResource } from "../../ui/useResource.ts";
import { absolute } from "../../ui/words.ts";
import { addressAt, offsetOf } from "../subnets/address.ts";
import { isDrawn, readCells } from "../subnets/cells.ts";
import { factsOf, sentenceOf } from "../subnets/facts.ts";
import { MapFigure } from "../subnets/MapFigure.tsx";
import { useChanged } from "../subnets/useChanged.ts";
import { askerOf, type Asker } from "./manifest.ts";

type Place = Verdict["places"][number];

interface PlacesProps {
  verdict: Verdict;
  text: string;
  /** Writes the address into the manifest. */
  onAsk: (address: string, asker: Asker) => void;
}

/** The subnets of its addresses. */
export function Places({ verdict: { places }, text, onAsk }: PlacesProps) {
  return (
    <>
      {places.map((place, index) => {
        // The frontend comes first; only a PLS has a second place without an address.
        const asker =
          place.address === undefined ? (index > 0 ? "pls" : "frontend") : askerOf(text, place.address);
        return (
          <PlaceCard
            key={`${place.subnetKey} ${place.address ?? ""} ${asker}`}
            place={place}
            asker={asker}
            onAsk={(address) => onAsk(address, asker)}
          />
        );
      })}
    </>
  );
}

interface PlaceCardProps {
  place: Place;
  asker: Asker;
  onAsk: (address: string) => void;
}

const OF: Readonly<Record<Asker, string>> = {
  frontend: "frontend address",
  pls: "Private Link Service NAT addresses",
};

function PlaceCard({ place, asker, onAsk }: PlaceCardProps) {
  const { subnetKey, subnet, address, free } = place;
  const map = useResource<AddressMap>(`/subnets/${encodeURIComponent(subnetKey)}/addresses`, {
    everySeconds: 4,
  });
  return (
    <Card
      title={`Subnet ${subnet}: ${OF[asker]}`}
      actions={<a href={href("subnets", subnetKey, { address })}>Open subnet</a>}
    >
      {address !== undefined && free !== undefined && (
        <p class="place-head">
          <strong class="mono">{address}</strong>
          <Badge tone={free ? "good" : "error"}>{free ? "available" : "not available"}</Badge>
        </p>
      )}
      {address === undefined && <p class="quiet">No address requested: Azure assigns a free one.</p>}
      <Resource of={map} lines={6}>
        {({ prefixes, holders }) => (
          <>
            {shownPrefixes(prefixes, place).map((prefix) => (
              <PlaceMap key={prefix.prefix} prefix={prefix} holders={holders} place={place} onAsk={onAsk} />
            ))}
          </>
        )}
      </Resource>
    </Card>
  );
}

/** The prefix that contains its address; otherwise all prefixes that can be drawn. */
function shownPrefixes(prefixes: readonly PrefixMap[], { address = "" }: Place): PrefixMap[] {
  const drawn = prefixes.filter(isDrawn);
  const own = drawn.filter(({ first, size }) => offsetOf(first, size, address) !== undefined);
  return own.length > 0 ? own : drawn;
}

interface PlaceMapProps {
  prefix: PrefixMap;
  holders: AddressMap["holders"];
  place: Place;
  onAsk: (address: string) => void;
}

function PlaceMap({ prefix, holders, place, onAsk }: PlaceMapProps) {
  const cells = useMemo(() => readCells(prefix, holders), [prefix, holders]);
  const changed = useChanged(cells);
  const offset = (text = "") => offsetOf(prefix.first, prefix.size, text);
  const suggested = useMemo(
    () => place.suggestions.flatMap((text) => offset(text) ?? []),
    [prefix, place.suggestions.join(" ")],
  );
  const pinned = offset(place.address);
  return (
    <>
      <MapFigure
        cells={cells}
        found={suggested}
        changed={changed}
        pinned={pinned}
        onPin={(to) => to !== undefined && onAsk(addressAt(prefix.first, to))}
      />
      <p class="quiet place-legend">
        {pinned !== undefined && <>Selected: {sentenceOf(factsOf(cells, pinned), absolute)}. </>}
        {suggested.length > 0 && <>Suggested: {place.suggestions.join(", ")}. </>}Click an address, or press
        Enter on it, to request it.
      </p>
    </>
  );
}
