/** What may happen between a delete and its undo, and after it. A schedule is a list of these. */
import fc from "fast-check";

/** What a sweep deleted, and what a Service may declare since: the address of the frontend, or the name. */
export const PARTS = ["balancer", "pls"] as const;
export type Part = (typeof PARTS)[number];

/** `a` of cluster one is the Service for which the deleted resources were created, under a new uid. */
export const OWNERS = ["one/a", "one/b", "two/a", "two/c"] as const;

const part = fc.constantFrom(...PARTS);
const owner = fc.constantFrom(...OWNERS);
const where = fc.constantFrom("one", "two");
const one = <T extends string>(name: T) => fc.constant(name);

export const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: one("admit"), owner, part, after: fc.constantFrom("accepted", "refused") }),
  },
  { weight: 1, arbitrary: fc.record({ do: one("remove"), owner }) },
  { weight: 2, arbitrary: fc.record({ do: one("list"), where }) },
  { weight: 2, arbitrary: fc.record({ do: one("build"), where }) },
  { weight: 2, arbitrary: fc.record({ do: one("scan") }) },
  { weight: 1, arbitrary: fc.record({ do: one("wait"), seconds: fc.integer({ min: 1, max: 3000 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: one("restore"),
      part,
      /** Admitted between the plan and the write. */
      meanwhile: fc.option(owner, { nil: undefined }),
    }),
  },
);
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

export const RESTORE_INVARIANTS = {
  owner: "no address and no name has two owners: what an undo gives, and what admission gave to a Service",
  returned: "what nothing else has in the end is restored",
} as const;
export type RestoreInvariant = keyof typeof RESTORE_INVARIANTS;
