import { Button } from "../../ui/Button.tsx";
import { Search } from "../../ui/Field.tsx";
import { count } from "../../ui/words.ts";

interface MapSearchProps {
  text: string;
  /** Undefined without a search text. */
  found: readonly number[] | undefined;
  pinned: number | undefined;
  onChange: (text: string) => void;
  onPin: (offset: number) => void;
}

/** Search in this map; Enter selects the next match. */
export function MapSearch({ text, found, pinned, onChange, onPin }: MapSearchProps) {
  const step = (direction: 1 | -1) => {
    const next = stepFrom(found ?? [], pinned, direction);
    if (next !== undefined) onPin(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    step(event.shiftKey ? -1 : 1);
  };
  return (
    <div class="map-search" role="search" onKeyDown={onKeyDown}>
      <Search label="Address, Service or resource in this map" value={text} onChange={onChange} />
      {found && (
        <>
          <span role="status">
            {found.length === 0 ? "No matches" : count(found.length, "address", "addresses")}
          </span>
          {found.length > 0 && (
            <>
              <Button kind="quiet" aria-label="Previous match" onClick={() => step(-1)}>
                ↑
              </Button>
              <Button kind="quiet" aria-label="Next match" onClick={() => step(1)}>
                ↓
              </Button>
            </>
          )}
        </>
      )}
    </div>
  );
}

/** Wraps around, from the current position. */
function stepFrom(found: readonly number[], at: number | undefined, direction: 1 | -1): number | undefined {
  if (at === undefined) return direction === 1 ? found[0] : found.at(-1);
  return direction === 1
    ? (found.find((offset) => offset > at) ?? found[0])
    : (found.findLast((offset) => offset < at) ?? found.at(-1));
}
