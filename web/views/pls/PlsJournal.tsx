import type { JournalEntry } from "../../../api/model.ts";
import { Badge, type Tone } from "../../ui/Badge.tsx";
import { Lines } from "../../ui/Lines.tsx";
import { Resource } from "../../ui/Resource.tsx";
import { href } from "../../ui/route.ts";
import { Time } from "../../ui/Time.tsx";
import { useResource } from "../../ui/useResource.ts";
import type { Page } from "../../../api/model.ts";

const TONES: Readonly<Record<JournalEntry["outcome"], Tone>> = {
  intended: "info",
  applied: "good",
  refused: "warn",
  failed: "error",
  unknown: "warn",
  released: "quiet",
};

/** Changes of a resource and its child resources, newest first. */
export function PlsJournal({ resourceId }: { readonly resourceId: string }) {
  const entries = useResource<Page<JournalEntry>>(`/journal?resource=${encodeURIComponent(resourceId)}`);
  return (
    <Resource of={entries} lines={3}>
      {({ items, continuation }) =>
        items.length === 0 ? (
          <p class="quiet">Mooring made no changes to this resource.</p>
        ) : (
          <>
            <ol class="pls-journal">
              {items.map((entry) => (
                <Entry key={entry.id} entry={entry} />
              ))}
            </ol>
            {continuation !== undefined && (
              <a href={href("journal", undefined, { resource: resourceId })}>Show older entries</a>
            )}
          </>
        )
      }
    </Resource>
  );
}

function Entry({ entry }: { readonly entry: JournalEntry }) {
  const { id, atUtc, outcome, why, who, cause, change } = entry;
  return (
    <li class="change">
      <p class="pls-journal-head">
        <Badge tone={TONES[outcome]}>{outcome}</Badge>
        <a href={href("journal", id)}>
          {change.action} {change.name}
        </a>
        <span class="quiet">
          by {who}, <Time utc={atUtc} />
        </span>
      </p>
      <p>{why ?? cause}</p>
      {change.lines.length > 0 && <Lines lines={change.lines} />}
    </li>
  );
}
