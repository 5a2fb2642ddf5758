/** Words for schedules. The estate begins with Services s0 and s1 in cluster one, with Private Link Services, and s2, s3 and s4 in two. */
import type { Listed } from "../azureLists.ts";
import type { Foreign, Mark } from "../marks.ts";
import type { Step } from "../steps.ts";

type StepOf<Name extends Step["do"]> = Extract<Step, { readonly do: Name }>;

const MANY = 100;

/** Clusters by number; for `pick` of a Service any from here on. */
export const [ONE, TWO] = [0, 1] as const;

export const list = (which: number): Step => ({ do: "list", which, lacks: 0 });
export const wait = (hours: number): Step => ({ do: "wait", hours });
export const sweep = (some: Partial<StepOf<"sweep">> = {}): Step => ({
  do: "sweep",
  dieAt: Infinity,
  skewSeconds: 0,
  meanwhile: undefined,
  ...some,
});
/** @param which number among the living Services */
export const end = (which: number, cleaned = false): Step => ({ do: "end", which, cleaned });
export const make = (which: number): Step => ({ do: "make", which, pls: false, seen: false });
/** @param which number among the living Services that declare a Private Link Service */
export const withdraw = (which: number): Step => ({ do: "withdraw", which });
export const mark = (which: number, level: "balancer" | "pls", what: Mark): Step => ({
  do: "mark",
  which,
  level,
  what,
});
export const use = (what: Foreign): Step => ({ do: "use", which: TWO, what });
export const consumer = (status: StepOf<"consumer">["status"], which = 0): Step => ({
  do: "consumer",
  which,
  status,
});
export const lag = (method: Listed): Step => ({ do: "lag", method, calls: MANY });
export const truncate = (method: Listed, calls = MANY): Step => ({ do: "truncate", method, calls });
export const policy = (what: StepOf<"policy">["what"]): Step => ({ do: "policy", what });
export const register = (which: number, how: StepOf<"register">["how"]): Step => ({
  do: "register",
  which,
  how,
});
export const share = (which: number, some: Partial<StepOf<"share">> = {}): Step => ({
  do: "share",
  which,
  pls: false,
  by: "address",
  seen: false,
  ...some,
});

export const reports = [list(ONE), list(TWO)];
/** Absence takes two lists. */
export const confirmed = [...reports, ...reports];

/** What is orphaned goes into quarantine, and its cluster confirms it: the grace period begins. */
export const quarantined: readonly Step[] = [...confirmed, sweep(), ...reports, sweep()];

/** The grace period ends, and the cluster confirms again: the next sweep deletes it. */
export const untilDue: readonly Step[] = [...quarantined, wait(8), ...reports, sweep(), ...reports];

/** s0 was deleted: its frontend and its Private Link Service are left behind, on a load balancer where s1 lives. */
export const oneFrontend: readonly Step[] = [end(0)];
/** Every Service of cluster two was deleted: its load balancer is left behind. */
export const balancerOfTwo: readonly Step[] = [end(2), end(2), end(2)];
/** Every Service of cluster one was deleted: its load balancer and two Private Link Services are left behind. */
export const everythingOfOne: readonly Step[] = [end(0), end(0)];

/** Cluster two lives, but its registered id names no managed cluster; it has no nodes just now, and is silent. */
export const mistypedAndIdle: readonly Step[] = [
  { do: "scale", which: TWO, nodes: 0 },
  { do: "mistype", which: TWO, wrong: true },
];

/** A Service shared the frontend of s2 by one of its rules, and was deleted: its rule is left behind. */
export const ruleOfTwo: readonly Step[] = [share(2, { by: "rule" }), end(5)];
export const ruleIsDue: readonly Step[] = [...ruleOfTwo, ...untilDue];

export const oneIsDue: readonly Step[] = [...oneFrontend, ...untilDue];
export const twoIsDue: readonly Step[] = [...balancerOfTwo, ...untilDue];
/** Sweeps of a cluster that reports nothing for longer than the stale time. */
export const silence: readonly Step[] = [sweep(), wait(8), sweep(), sweep()];

/** A Private Link Service is in quarantine before its Service is recorded, and then its Service withdraws it. */
export const unknownAndWithdrawn: readonly Step[] = [
  { do: "make", which: ONE, pls: true, seen: false },
  sweep(),
  wait(2),
  withdraw(2),
  wait(4),
  ...reports,
  sweep(),
  ...reports,
  sweep(),
];
