import type { Holder } from "../../../api/model.ts";
import { Button } from "../../ui/Button.tsx";
import { href } from "../../ui/route.ts";
import { number } from "../../ui/words.ts";
import { Copy } from "../../ui/Copy.tsx";
import { addressAt } from "./address.ts";
import { AddressFacts } from "./AddressFacts.tsx";
import type { Cells } from "./cells.ts";
import { factsOf, type Facts } from "./facts.ts";
import { nextUsed } from "./movement.ts";
import { longestFreeRun, nearestFree } from "./runs.ts";

interface AddressDetailsProps {
  cells: Cells;
  offset: number | undefined;
  onPin: (offset: number | undefined) => void;
  /** Searches the map for the text. */
  onFind: (text: string) => void;
}

/** The selected address and its links; without a selection, instructions. */
export function AddressDetails({ cells, offset, onPin, onFind }: AddressDetailsProps) {
  return (
    <section class="address-details" aria-label="Address">
      {offset === undefined ? (
        <p class="quiet">
          Point at an address, or focus the map and use the arrow keys. Click or press Enter to select it.
        </p>
      ) : (
        <Pinned facts={factsOf(cells, offset)} onFind={onFind} onClose={() => onPin(undefined)} />
      )}
      <Jumps cells={cells} offset={offset} onPin={onPin} />
    </section>
  );
}

interface PinnedProps {
  facts: Facts;
  onFind: (text: string) => void;
  onClose: () => void;
}

function Pinned({ facts, onFind, onClose }: PinnedProps) {
  const { holder } = facts;
  return (
    <div class="pinned">
      <AddressFacts facts={facts} />
      {holder && isResource(holder) && <Copy text={holder.id} what="Resource id" />}
      <div class="actions">
        {holder && <Leads holder={holder} />}
        {holder && (
          <Button kind="quiet" onClick={() => onFind(holder.service ?? holder.id)}>
            Show all addresses
          </Button>
        )}
        <Button kind="quiet" onClick={onClose}>
          Clear selection
        </Button>
      </div>
    </div>
  );
}

/** Links to more information about the holder. */
function Leads({ holder }: { holder: Holder }) {
  const { name, service, plsKey } = holder;
  return (
    <>
      {plsKey !== undefined && <a href={href("pls", plsKey)}>Open Private Link Service</a>}
      {service !== undefined && <a href={href("findings", undefined, { text: service })}>Service findings</a>}
      {isResource(holder) && <a href={href("journal", undefined, { text: name })}>Journal</a>}
    </>
  );
}

function isResource({ id }: Holder): boolean {
  return id.startsWith("/");
}

type JumpsProps = Pick<AddressDetailsProps, "cells" | "offset" | "onPin">;

function Jumps({ cells, offset, onPin }: JumpsProps) {
  const at = offset ?? 0;
  const longest = longestFreeRun(cells.kinds);
  const nearest = nearestFree(cells, at);
  return (
    <div class="actions jumps">
      <Jump to={nextUsed(cells, at, -1)} onPin={onPin}>
        Previous used
      </Jump>
      <Jump to={nextUsed(cells, at, 1)} onPin={onPin}>
        Next used
      </Jump>
      <Jump to={nearest === offset ? undefined : nearest} onPin={onPin}>
        {offset === undefined ? "First free" : "Nearest free"}
      </Jump>
      <Jump to={longest?.from} onPin={onPin}>
        {longest
          ? `Longest free range: ${number(longest.length)} from ${addressAt(cells.prefix.first, longest.from)}`
          : "No free addresses"}
      </Jump>
    </div>
  );
}

interface JumpProps {
  to: number | undefined;
  onPin: (offset: number) => void;
  children: string;
}

function Jump({ to, onPin, children }: JumpProps) {
  return (
    <Button disabled={to === undefined} onClick={() => to !== undefined && onPin(to)}>
      {children}
    </Button>
  );
}
