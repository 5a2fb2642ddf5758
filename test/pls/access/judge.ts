/** Holds every write of Mooring against the truth at the moment of it. */
import type { Change, Evidence } from "../../../shared/changes/plan.ts";
import type { Json, JsonObject } from "../../../shared/ports/resources.ts";
import { valueAt } from "../../../shared/changes/body.ts";
import { connection, pls } from "../../builders/world.ts";
import type { MemoryRun } from "../../memory/run.ts";
import type { AccessInvariant } from "./invariants.ts";

const HOUR = 3_600_000;
const VISIBILITY = "properties.visibility.subscriptions";
const AUTO_APPROVAL = "properties.autoApproval.subscriptions";
const STATE = "properties.privateLinkServiceConnectionState";
const FIELDS = [VISIBILITY, AUTO_APPROVAL, `${STATE}.status`, `${STATE}.description`];

/** What is true while Mooring writes. */
export interface Truth {
  /** `system`, or the operator for whom Mooring writes. */
  readonly who: string;
  /**
   * Everything that the Service has declared at or after the last write of the resource by another writer.
   */
  readonly since: Readonly<Record<"pls" | "connection", ReadonlySet<string>>>;
  readonly consumer: string;
  /** What the cluster confirmed last. */
  readonly confirmed: Readonly<Record<"visibility" | "autoApproval", readonly string[]>>;
  readonly allowed: readonly string[];
  readonly maxRepairs: number;
  readonly reportedAt: number;
  readonly isDecided: boolean;
  /** The Private Link Service is on the frontend of another Service than the cluster confirmed. */
  readonly isForeign: boolean;
}

interface Write {
  readonly id: string;
  readonly before: JsonObject;
  readonly after: JsonObject;
}

export class Judge {
  readonly crimes: string[] = [];
  readonly #run: MemoryRun;
  readonly #truth: () => Truth;
  readonly #repairs: { readonly path: string; readonly at: number }[] = [];

  constructor(run: MemoryRun, truth: () => Truth) {
    this.#run = run;
    this.#truth = truth;
    this.#watch();
  }

  crime(invariant: AccessInvariant, detail: string): void {
    this.crimes.push(`${invariant}: ${detail}`);
  }

  #watch(): void {
    const { resources } = this.#run;
    const write = resources.write.bind(resources);
    resources.write = async (id, body, version) => {
      // Azure refuses a write of another version than it has.
      const isSent = version === "*" || version === resources.versionOf(id);
      if (isSent) this.#judge({ id, before: resources.bodyOf(id) ?? {}, after: body });
      return write(id, body, version);
    };
  }

  #judge(write: Write): void {
    const opened = openedBy(write, this.#truth().consumer);
    const change = this.#changeOf(write.id);
    this.#judgeOverwritten(write, change);
    if (opened.length > 0) this.#judgeEvidence(write.id, change.evidence);
    if (this.#truth().who !== "system") return;
    this.#judgeOpened(write.id, opened);
    this.#judgeRepair(write);
    if (write.id === connection().id && this.#truth().isDecided)
      this.crime("decided", "a connection was changed that an operator had decided about");
    if (this.#truth().isForeign) this.crime("foreign", `${write.id} is of another Service`);
  }

  /** The write's own entry in the journal, which is there before the write. */
  #changeOf(id: string): Change {
    const own = this.#run.tables.journal
      .all()
      .filter(({ outcome, change }) => outcome === "intended" && change.resourceId === id)
      .toSorted((a, b) => (a.intendedAtUtc < b.intendedAtUtc ? 1 : -1))[0];
    if (!own) throw new Error(`${id} is written without an entry in the journal`);
    return own.change;
  }

  /** Whatever the write changes has to be what the plan showed. */
  #judgeOverwritten({ id, before, after }: Write, change: Change): void {
    const edits = change.action === "update" ? change.edits : [];
    for (const path of FIELDS) {
      if (isSame(valueAt(before, path), valueAt(after, path))) continue;
      const edit = edits.find((one) => one.path === path);
      if (!edit || !("before" in edit) || !isSame(edit.before, valueAt(before, path)))
        this.crime("overwritten", `${path} of ${id} was written meanwhile`);
    }
  }

  #judgeEvidence(id: string, evidence: readonly Evidence[]): void {
    const sources = new Set(evidence.map(({ source }) => source));
    if (sources.size < 2) this.crime("evidence", `${id} was opened on evidence of ${[...sources].join()}`);
  }

  #judgeOpened(id: string, opened: readonly string[]): void {
    const { since, allowed, reportedAt, confirmed } = this.#truth();
    const isPls = id === pls().id;
    const declared = isPls ? since.pls : since.connection;
    const reported = isPls ? [...confirmed.visibility, ...confirmed.autoApproval] : confirmed.autoApproval;
    for (const one of opened) {
      if (!declared.has(one)) this.crime("widened", `${id} was opened for ${one}, which was withdrawn`);
      if (!reported.includes(one)) this.crime("confirmed", `${id} was opened for ${one}`);
      if (!allowed.includes(one)) this.crime("allowed", `${id} was opened for ${one}`);
    }
    const silence = this.#now() - reportedAt;
    if (opened.length > 0 && silence > HOUR)
      this.crime("recent", `${id} was opened ${silence / 1000} s after the last report`);
  }

  #judgeRepair({ id, before, after }: Write): void {
    if (id !== pls().id) return;
    const paths = FIELDS.filter((path) => !isSame(valueAt(before, path), valueAt(after, path)));
    const lately = this.#repairs.filter(({ at }) => at > this.#now() - HOUR);
    for (const path of paths) {
      const count = lately.filter((one) => one.path === path).length;
      if (count >= this.#truth().maxRepairs) this.crime("fight", `repair ${count + 1} of ${path}`);
      this.#repairs.push({ path, at: this.#now() });
    }
  }

  #now(): number {
    return Date.parse(this.#run.clock.nowUtc);
  }
}

/** Subscriptions that can do something after the write that they could not do before it. */
function openedBy({ id, before, after }: Write, consumer: string): string[] {
  if (id === pls().id)
    return [VISIBILITY, AUTO_APPROVAL].flatMap((path) => {
      const had = listAt(before, path);
      return listAt(after, path).filter((one) => !had.includes(one));
    });
  const isApproved = (body: JsonObject) => valueAt(body, `${STATE}.status`) === "Approved";
  return isApproved(after) && !isApproved(before) ? [consumer] : [];
}

function listAt(body: JsonObject, path: string): readonly string[] {
  const value = valueAt(body, path);
  return Array.isArray(value) ? (value as string[]) : [];
}

/** Lists are sets. */
function isSame(one: Json | undefined, other: Json | undefined): boolean {
  return textOf(one) === textOf(other);
}

function textOf(value: Json | undefined): string {
  if (!Array.isArray(value)) return JSON.stringify(value ?? null);
  return JSON.stringify((value as readonly string[]).toSorted());
}
