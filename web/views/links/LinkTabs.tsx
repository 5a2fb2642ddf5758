import { href } from "../../ui/route.ts";

export interface LinkTabsProps {
  readonly at: "links" | "connections";
  /** Connections that wait; shown once it is known. */
  readonly waiting?: number | undefined;
}

export function LinkTabs({ at, waiting }: LinkTabsProps) {
  return (
    <nav class="tabs" aria-label="Links">
      <a href={href("links")} aria-current={at === "links" ? "page" : undefined}>
        All links
      </a>
      <a
        href={href("links", undefined, { tab: "connections" })}
        aria-current={at === "connections" ? "page" : undefined}
      >
        Connections that wait
        {waiting !== undefined && waiting > 0 && <span class="tab-count">{waiting}</span>}
      </a>
    </nav>
  );
}
