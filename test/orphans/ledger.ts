/** What was written although it must never be, by the invariant that it breaks; and what holds of every write, whatever it deletes. */
import type { MemoryRun } from "../memory/run.ts";
import { isRelated } from "../../shared/changes/dangling.ts";
import type { JournalEntry } from "../../shared/changes/journal.ts";

/** The invariants of the adversary, by their code. */
export const INVARIANTS = {
  alive: "nothing that a living Service uses is deleted",
  used: "nothing that a private endpoint connection or a Private Link Service depends on is deleted",
  protected: "nothing that is held, locked, tagged off or excluded by policy is deleted",
  foreign: "nothing that the controller did not create is deleted",
  unsettled: "nothing is deleted while Azure changes it, or if Azure does not report its version",
  stopped: "nothing is written while writing is stopped or frozen",
  budget: "no more is deleted than policy allows",
  grace: "nothing is deleted within its grace period",
  confirmed: "nothing is deleted without a recent report of its cluster, sent after the grace period",
  registered: "nothing is deleted of a cluster whose registration or reports are in doubt",
  evidence: "every delete states two observations",
  unresolved: "nothing is written while the result of an earlier write is unknown",
  restored: "every orphan is deleted in the end",
} as const;
export type Invariant = keyof typeof INVARIANTS;

export const GRACE_HOURS = 6;
const HOUR = 3_600_000;
const STALE = HOUR;
/** A journal entry that is older is of a writer that does not work any more. */
const ABANDONED = HOUR / 4;
/** Clocks of two hosts differ by minutes. */
const SKEW = HOUR / 6;

export interface Limits {
  readonly run: number;
  readonly day: number;
  readonly percent: number;
}

export class Ledger {
  readonly crimes: string[] = [];
  readonly #run: MemoryRun;
  readonly #changed = new Map<string, number>();
  readonly #bound = new Map<string, number>();
  readonly #reported = new Map<string, number>();
  readonly #doubts = new Map<string, string>();
  readonly #foreign = new Map<string, number>();
  readonly #deletes: number[] = [];
  #inRun = 0;
  #before = 0;
  #inSight = 0;
  graceHours = GRACE_HOURS;
  /** True while nothing may be written. */
  isStopped = false;
  limits: Limits = { run: 1000, day: 1000, percent: 100 };

  constructor(run: MemoryRun) {
    this.#run = run;
    this.#watch();
  }

  crime(invariant: Invariant, detail: string): void {
    this.crimes.push(`${invariant}: ${detail}`);
  }

  /** The Service was created or deleted, or declares something else. */
  changed(uid: string): void {
    this.#changed.set(uid, this.#now());
  }

  /** An operator confirmed another identity: what was proved before is of another cluster. */
  bound(cluster: string): void {
    this.#bound.set(cluster, this.#now());
  }

  /** The cluster delivered a true report. */
  reported(cluster: string): void {
    this.#reported.set(cluster, this.#now());
  }

  beginSweep(): void {
    const { balancers, allPrivateLinkServices } = this.#run.network;
    this.#inSight =
      balancers.length +
      allPrivateLinkServices.length +
      allPrivateLinkServices.flatMap((one) => one.connections).length;
    this.#inRun = 0;
    this.#before = this.#deletes.filter((at) => at > this.#now() - 24 * HOUR).length;
  }

  /** @param why absent: the registration is true again */
  doubt(cluster: string, why?: string): void {
    if (why === undefined) this.#doubts.delete(cluster);
    else this.#doubts.set(cluster, why);
  }

  /** A list of another cluster came with the token of this one. */
  foreign(cluster: string): void {
    this.#foreign.set(cluster, this.#now());
  }

  /** Of what a Service had: `subject` is its uid. */
  judgeProof(subject: string, cluster: string, isDeleted: boolean): void {
    const doubt = this.#doubts.get(cluster);
    if (doubt !== undefined) this.crime("registered", `deleted of cluster ${cluster}: ${doubt}`);
    const since = Math.max(this.#changed.get(subject) ?? 0, this.#bound.get(cluster) ?? 0);
    this.#judgeGrace(subject, since);
    if (!isDeleted) this.#judgeReport(cluster, since);
  }

  /** Of a connection, which Azure alone proves. */
  judgeConnection(id: string): void {
    this.#judgeGrace(id, this.#changed.get(id) ?? 0);
  }

  #judgeGrace(subject: string, since: number): void {
    const hours = (this.#now() - since) / HOUR;
    if (hours + SKEW / HOUR < this.graceHours) this.crime("grace", `deleted ${subject} after ${hours} hours`);
  }

  #judgeReport(cluster: string, since: number): void {
    const reported = this.#reported.get(cluster) ?? 0;
    const silence = this.#now() - reported;
    if (silence > STALE + SKEW) this.crime("confirmed", `${cluster} reported ${silence / HOUR} hours ago`);
    if (reported + SKEW < since + this.graceHours * HOUR)
      this.crime("confirmed", `${cluster} has not reported since the grace period ended`);
    if (this.#now() - (this.#foreign.get(cluster) ?? 0) < STALE - SKEW)
      this.crime("registered", `deleted of cluster ${cluster}, whose token another one used`);
  }

  #now(): number {
    return Date.parse(this.#run.clock.nowUtc);
  }

  #watch(): void {
    const { resources } = this.#run;
    const remove = resources.remove.bind(resources);
    const write = resources.write.bind(resources);
    resources.remove = async (id, version) => {
      this.#judge(id);
      return remove(id, version);
    };
    resources.write = async (id, body, version) => {
      this.#judge(id);
      return write(id, body, version);
    };
  }

  #judge(id: string): void {
    if (this.isStopped) this.crime("stopped", `wrote ${id}`);
    this.#judgeBudget(id);
    const related = this.#run.tables.journal.all().filter(({ change }) => isRelated(change.resourceId, id));
    this.#judgeJournal(id, related);
  }

  #judgeBudget(id: string): void {
    this.#inRun += 1;
    this.#deletes.push(this.#now());
    const { run, day, percent } = this.limits;
    if (this.#inRun > run) this.crime("budget", `${id} is delete ${this.#inRun} of a sweep`);
    if (this.#before + this.#inRun > day) this.crime("budget", `${id} is too many for a day`);
    if ((this.#inRun * 100) / Math.max(this.#inSight, 1) > percent)
      this.crime("budget", `${id} is more than ${percent} % of ${this.#inSight}`);
  }

  /** The newest entry is that of the write itself. A younger one may be of a writer that still works: until the lease is free nothing is written. */
  #judgeJournal(id: string, related: readonly JournalEntry[]): void {
    const [own, ...others] = related
      .filter(({ outcome }) => outcome === "intended")
      .toSorted((a, b) => (a.intendedAtUtc < b.intendedAtUtc ? 1 : -1));
    const count = own?.change.evidence.length ?? 0;
    if (count < 2) this.crime("evidence", `the delete of ${id} states ${count} observations`);
    const isOld = others.some(
      ({ intendedAtUtc }) => this.#now() - Date.parse(intendedAtUtc) > ABANDONED + SKEW,
    );
    const isUnresolved = isOld || related.some(({ outcome }) => outcome === "unknown");
    if (isUnresolved) this.crime("unresolved", `wrote ${id} on top of a write whose result is unknown`);
  }
}
