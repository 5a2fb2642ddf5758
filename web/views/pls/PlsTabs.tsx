import { href } from "../../ui/route.ts";

export interface PlsTabsProps {
  readonly at: "pls" | "connections";
  /** Connections that wait; shown once it is known. */
  readonly waiting?: number | undefined;
}

export function PlsTabs({ at, waiting }: PlsTabsProps) {
  return (
    <nav class="tabs" aria-label="Private Link Services">
      <a href={href("pls")} aria-current={at === "pls" ? "page" : undefined}>
        All Private Link Services
      </a>
      <a
        href={href("pls", undefined, { tab: "connections" })}
        aria-current={at === "connections" ? "page" : undefined}
      >
        Connections that wait
        {waiting !== undefined && waiting > 0 && <span class="tab-count">{waiting}</span>}
      </a>
    </nav>
  );
}
