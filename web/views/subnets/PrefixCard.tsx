import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Holder, PrefixMap } from "../../../api/model.ts";
import { Card } from "../../ui/Card.tsx";
import { useQuery } from "../../ui/route.ts";
import { count } from "../../ui/words.ts";
import { addressAt, offsetOf } from "./address.ts";
import { AddressDetails } from "./AddressDetails.tsx";
import { countKinds, readCells, type Cells, type Kind } from "./cells.ts";
import { emphasisOf } from "./emphasis.ts";
import { KeyHelp } from "./KeyHelp.tsx";
import { Legend } from "./Legend.tsx";
import { MapFigure } from "./MapFigure.tsx";
import { MapSearch } from "./MapSearch.tsx";
import { findMatches } from "./matches.ts";
import { useChanged } from "./useChanged.ts";

interface PrefixCardProps {
  prefix: PrefixMap;
  holders: readonly Holder[];
}

const NONE: readonly number[] = [];

/**
 * A prefix with its legend, search, map and the details of the selected address, which comes from the
 * route.
 */
export function PrefixCard({ prefix, holders }: PrefixCardProps) {
  const [read, change] = useQuery();
  const cells = useMemo(() => readCells(prefix, holders), [prefix, holders]);
  const counts = useMemo(() => countKinds(cells.kinds), [cells]);
  const [kinds, setKinds] = useState<readonly Kind[]>([]);
  const changed = useChanged(cells);
  const text = read("text");
  const found = useMemo(() => (text.trim() === "" ? undefined : findMatches(cells, text)), [cells, text]);
  const emphasis = useMemo(() => emphasisOf(cells, { kinds, found }), [cells, kinds, found]);
  const pinned = offsetOf(prefix.first, prefix.size, read("address"));
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Selected in the table below: scroll to the map.
    if (pinned !== undefined && document.activeElement?.closest(".table")) top.current?.scrollIntoView();
  }, [pinned]);
  const pin = (offset: number | undefined) =>
    change({ address: offset === undefined ? "" : addressAt(prefix.first, offset) });
  return (
    <Card title={`Addresses of ${prefix.prefix}`}>
      <div class="map-tools" ref={top}>
        <Legend counts={counts} chosen={kinds} onChange={setKinds} />
        <MapSearch
          text={text}
          found={found}
          pinned={pinned}
          onChange={(text) => change({ text })}
          onPin={pin}
        />
      </div>
      <MapFigure
        cells={cells}
        emphasis={emphasis}
        found={found ?? NONE}
        changed={changed}
        pinned={pinned}
        onPin={pin}
      >
        <AddressDetails cells={cells} offset={pinned} onPin={pin} onFind={(text) => change({ text })} />
      </MapFigure>
      <div class="map-foot">
        <KeyHelp />
        <Changes cells={cells} changed={changed} />
      </div>
    </Card>
  );
}

/** Announced to screen readers when the map changes during a refresh. */
function Changes({ cells, changed }: { cells: Cells; changed: readonly number[] }) {
  const named = changed.slice(0, 3).map((offset) => addressAt(cells.prefix.first, offset));
  return (
    <p class="map-news" role="status">
      {changed.length > 0 &&
        `${count(changed.length, "address", "addresses")} changed: ${named.join(", ")}${changed.length > 3 ? ", …" : ""}`}
    </p>
  );
}
