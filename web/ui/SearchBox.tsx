/** Finds an address, a Service or a resource from any page; `/` focuses it. */
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
  const [isPending, setPending] = useState(false);
  const found = useHits(isOpen ? text : "");
  const last = Math.max(0, found.hits.length - 1);
  const leave = () => {
    setPending(false);
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
    // Enter before the results are loaded opens the first result later.
    Enter: () => (found.isCurrent ? open(found.hits[active]) : setPending(true)),
    Escape: leave,
  });
  useEffect(() => {
    if (isPending && found.isCurrent) open(found.hits[0]);
  });
  const onText = (value: string) => {
    setPending(false);
    setText(value);
    setActive(0);
    setOpen(true);
  };
  return { text, active, found, onText, setOpen, onKeyDown, open };
}

function keyed(actions: Readonly<Record<string, () => void>>): (event: KeyboardEvent) => void {
  return (event) => {
    const action = actions[event.key];
    if (!action) return;
    action();
    event.preventDefault();
  };
}

interface Found {
  readonly hits: readonly SearchHit[];
  readonly isShown: boolean;
  /** True if the hits belong to the current text. */
  readonly isCurrent: boolean;
  /** Shown if there are no hits. */
  readonly nothing: string;
}

function useHits(text: string): Found {
  const query = useDelayed(text.trim(), REST_MILLISECONDS);
  const isSearching = text.trim().length >= SHORTEST && query.length >= SHORTEST;
  const { data, problem } = useResource<Page<SearchHit>>(
    isSearching ? `/search?q=${encodeURIComponent(query)}` : undefined,
    { everySeconds: 60 },
  );
  const isShown = isSearching && (data !== undefined || problem !== undefined);
  const nothing = problem ? problem.message : `No results for "${query}".`;
  return {
    hits: data?.items ?? [],
    isShown,
    isCurrent: isShown && query === text.trim(),
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
    <div id={id} class="hits" role="listbox" aria-label="Search results" hidden={!isShown}>
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
