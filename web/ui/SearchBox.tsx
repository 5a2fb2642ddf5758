/** Finds an address, a Service or a resource from anywhere; `/` puts the cursor here. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Page, SearchHit } from "../../api/model.ts";
import { go } from "./route.ts";
import { useDelayed } from "./useDelayed.ts";
import { useResource } from "./useResource.ts";

const SHORTEST = 2;
const REST_MILLISECONDS = 200;

export function SearchBox() {
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const { text, active, found, onText, setOpen, onKeyDown, open } = useSearch(input);
  const hasActive = found.isShown && found.hits.length > 0;
  useSlash(input);
  return (
    <div class="searchbox" role="search">
      <input
        ref={input}
        class="search"
        type="text"
        role="combobox"
        aria-label="Search for an address, Service or resource"
        aria-expanded={found.isShown}
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={hasActive ? `${id}-${active}` : undefined}
        placeholder="Address, Service, resource  ( / )"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <Hits id={id} found={found} active={active} onOpen={open} />
    </div>
  );
}

function useSearch(input: { readonly current: HTMLInputElement | null }) {
  const [text, setText] = useState("");
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const [isAwaited, setAwaited] = useState(false);
  const found = useHits(isOpen ? text : "");
  const last = Math.max(0, found.hits.length - 1);
  const leave = () => {
    setAwaited(false);
    setOpen(false);
    setText("");
    input.current?.blur();
  };
  const open = (hit: SearchHit | undefined) => {
    if (!hit) return;
    leave();
    go(hit.href);
  };
  const onKeyDown = keyed({
    ArrowDown: () => setActive(Math.min(last, active + 1)),
    ArrowUp: () => setActive(Math.max(0, active - 1)),
    // Whoever types and presses Enter does not wait for what is found.
    Enter: () => (found.isWhole ? open(found.hits[active]) : setAwaited(true)),
    Escape: leave,
  });
  useEffect(() => {
    if (isAwaited && found.isWhole) open(found.hits[0]);
  });
  const onText = (value: string) => {
    setAwaited(false);
    setText(value);
    setActive(0);
    setOpen(true);
  };
  return { text, active, found, onText, setOpen, onKeyDown, open };
}

function keyed(deeds: Readonly<Record<string, () => void>>): (event: KeyboardEvent) => void {
  return (event) => {
    const deed = deeds[event.key];
    if (!deed) return;
    deed();
    event.preventDefault();
  };
}

interface Found {
  readonly hits: readonly SearchHit[];
  readonly isShown: boolean;
  /** True if they are of all that is typed. */
  readonly isWhole: boolean;
  /** In place of hits. */
  readonly nothing: string;
}

function useHits(text: string): Found {
  const asked = useDelayed(text.trim(), REST_MILLISECONDS);
  const isAsking = text.trim().length >= SHORTEST && asked.length >= SHORTEST;
  const { data, problem } = useResource<Page<SearchHit>>(
    isAsking ? `/search?q=${encodeURIComponent(asked)}` : undefined,
    { everySeconds: 60 },
  );
  const isShown = isAsking && (data !== undefined || problem !== undefined);
  const nothing = problem ? problem.message : `Nothing is called ${asked}, and nothing has that address.`;
  return {
    hits: data?.items ?? [],
    isShown,
    isWhole: isShown && asked === text.trim(),
    nothing,
  };
}

interface HitsProps {
  id: string;
  found: Found;
  active: number;
  onOpen: (hit: SearchHit) => void;
}

function Hits({ id, found: { hits, isShown, nothing }, active, onOpen }: HitsProps) {
  return (
    <div id={id} class="hits" role="listbox" aria-label="Found" hidden={!isShown}>
      {hits.map((hit, index) => (
        <div
          key={`${hit.href} ${hit.title}`}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          class="hit"
          onMouseDown={(event) => {
            event.preventDefault();
            onOpen(hit);
          }}
        >
          <span class="hit-kind">{hit.kind}</span>
          <span class="hit-title">{hit.title}</span>
          <span class="hit-detail">{hit.detail}</span>
        </div>
      ))}
      {hits.length === 0 && (
        <div role="option" aria-selected={false} aria-disabled="true" class="hit hit-none">
          {nothing}
        </div>
      )}
    </div>
  );
}

function useSlash(input: { readonly current: HTMLInputElement | null }): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTyping = (event.target as Element).closest?.("input, textarea, select, dialog") != null;
      if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
