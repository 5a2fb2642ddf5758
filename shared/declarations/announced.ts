/** Services that the cluster confirmed and admission had not proposed: its webhook does not reach Mooring. */
import type { Declared } from "../kubernetes/intent.ts";
import type { Run } from "../ports/ports.ts";
import { contentOf, declarationKey } from "./confirmed.ts";
import type { Feed } from "./model.ts";
import { listProposals } from "./proposals.ts";

export interface Announcements {
  /** Must be called with everything that is newly confirmed. */
  readonly noted: (declared: Declared) => void;
  /**
   * The feed with the Services that admission missed, and the time of its last proposal. Only a later list
   * counts as missed.
   */
  readonly record: (feed: Feed) => Feed;
}

export async function watchAnnouncements(run: Run, cluster: string): Promise<Announcements> {
  const proposals = (await listProposals(run, cluster)).map(({ value }) => value.declared);
  const proposed = new Set(proposals.map(wordsOf));
  const missed = { count: 0, example: "" };
  return {
    noted(declared) {
      if (declared.deletedAtUtc !== undefined || proposed.has(wordsOf(declared))) return;
      missed.count += 1;
      missed.example ||= declarationKey(declared);
    },
    record: (feed) => recorded(feed, { proposals, missed, nowUtc: run.now().toISOString() }),
  };
}

function wordsOf(declared: Declared): string {
  return `${declarationKey(declared)} ${contentOf(declared)}`;
}

interface Noted {
  readonly proposals: readonly Declared[];
  readonly missed: { readonly count: number; readonly example: string };
  readonly nowUtc: string;
}

function recorded(feed: Feed, { proposals, missed, nowUtc }: Noted): Feed {
  const { unannounced: before, admittedAtUtc: known = "", ...rest } = feed;
  const admittedAtUtc = proposals.reduce(
    (last, one) => (one.observedAtUtc > last ? one.observedAtUtc : last),
    known,
  );
  const isHeard = before !== undefined && admittedAtUtc > before.lastAtUtc;
  const earlier = isHeard ? undefined : before;
  const { count, example } = missed;
  const unannounced =
    count > 0 && feed.list ? { count: (earlier?.count ?? 0) + count, lastAtUtc: nowUtc, example } : earlier;
  return { ...rest, ...(admittedAtUtc !== "" && { admittedAtUtc }), ...(unannounced && { unannounced }) };
}
