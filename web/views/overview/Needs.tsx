import type { Overview, Severity } from "../../../api/model.ts";
import type { Tone } from "../../ui/Badge.tsx";
import { Card } from "../../ui/Card.tsx";
import { href } from "../../ui/route.ts";
import { TONES } from "../../ui/Severity.tsx";
import { number } from "../../ui/words.ts";

type Needs = Overview["needs"];

interface Tile {
  readonly value: number;
  readonly title: string;
  readonly more: string;
  readonly href: string;
  /** Tone if the value is above 0. */
  readonly tone: Tone;
}

/** Each tile links to the list that it counts. */
export function Needs({ needs, wasAudited }: { needs: Needs; wasAudited: boolean }) {
  const tiles = toTiles(needs);
  const isCalm = wasAudited && tiles.every(({ value }) => value === 0);
  return (
    <Card title="Action required" class="overview-wide">
      {isCalm && <p class="needs-calm">No action required.</p>}
      <ul class="tiles">
        {tiles.map((tile) => (
          <li key={tile.title}>
            <a class={`tile ${tile.value > 0 ? `tile-${tile.tone}` : "tile-none"}`} href={tile.href}>
              <span class="tile-value number">{number(tile.value)}</span>
              <span class="tile-title">{tile.title}</span>
              <span class="tile-more">{tile.more}</span>
            </a>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function toTiles({ connections, quarantined, dueSoon, findings, acknowledged }: Needs): Tile[] {
  return [
    {
      value: connections,
      title: "Pending approvals",
      more: "private endpoints",
      href: href("pls", undefined, { tab: "connections" }),
      tone: "warn",
    },
    {
      value: quarantined,
      title: "In quarantine",
      more: dueSoon > 0 ? `${dueSoon} due within 24 hours` : "none due within 24 hours",
      href: href("orphans"),
      tone: dueSoon > 0 ? "error" : "warn",
    },
    severityTile("error", "Errors", findings.error),
    severityTile("warning", "Warnings", findings.warning),
    { ...severityTile("info", "Info", findings.info), more: `open; ${acknowledged} acknowledged` },
  ];
}

function severityTile(severity: Severity, title: string, value: number): Tile {
  return {
    value,
    title,
    more: "open findings",
    href: href("findings", undefined, { severity }),
    tone: TONES[severity],
  };
}
