import { href } from "../../ui/route.ts";

export interface PlsTabsProps {
  readonly at: "pls" | "connections";
  /** Number of pending connections, once loaded. */
  readonly pending?: number | undefined;
}

export function PlsTabs({ at, pending }: PlsTabsProps) {
  return (
    <nav class="tabs" aria-label="Private Link Services">
      <a href={href("pls")} aria-current={at === "pls" ? "page" : undefined}>
        All
      </a>
      <a
        href={href("pls", undefined, { tab: "connections" })}
        aria-current={at === "connections" ? "page" : undefined}
      >
        Pending approvals
        {pending !== undefined && pending > 0 && <span class="tab-count">{pending}</span>}
      </a>
    </nav>
  );
}
