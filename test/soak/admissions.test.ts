/** What the judge of admissions finds, and what it accepts. */
import { expect, test } from "vitest";
import {
  DEADLINE_MILLISECONDS,
  demandMeasurable,
  judgeAdmissions,
  timesOf,
  type Admission,
} from "../../dev/soak/judge/admissions.ts";

const admission = (some: Partial<Admission> = {}): Admission => ({
  phase: "lists",
  cluster: "load-001",
  address: "10.100.1.1",
  isTaken: false,
  isContested: false,
  status: 200,
  allowed: true,
  message: "",
  milliseconds: 20,
  ...some,
});
const refused = { allowed: false, message: "[address-claimed] 10.100.1.1 is claimed" };
const unchecked = { allowed: false, message: "Mooring could not check this Service in time" };
const { allowed: _none, ...unanswered } = admission({ status: 502 });

const CASES: readonly (readonly [
  what: string,
  admissions: readonly Admission[],
  invariants: readonly string[],
])[] = [
  ["a valid Service that is admitted", [admission()], []],
  ["a taken address that is refused", [admission({ isTaken: true, ...refused })], []],
  ["a taken address that is admitted", [admission({ isTaken: true })], ["one owner"]],
  [
    "a taken address that is admitted during faults",
    [admission({ isTaken: true, phase: "faults" })],
    ["one owner"],
  ],
  ["one address for two clusters", [admission(), admission({ cluster: "load-002" })], ["one owner"]],
  ["one address for one cluster, twice", [admission(), admission()], []],
  ["a valid Service that is refused", [admission(refused)], ["admitted"]],
  ["the loser of two at the same time", [admission({ isContested: true, ...refused })], []],
  [
    "an answer after the deadline",
    [admission({ milliseconds: DEADLINE_MILLISECONDS + 1 })],
    ["answered in time"],
  ],
  [
    "a late answer during faults",
    [admission({ phase: "faults", milliseconds: DEADLINE_MILLISECONDS + 1, ...unchecked })],
    ["answered in time"],
  ],
  ["no answer without a fault", [unanswered], ["answered"]],
  ["no answer during faults", [{ ...unanswered, phase: "faults" }], []],
  ["a Service that could not be checked without a fault", [admission(unchecked)], ["answered"]],
  ["a Service that could not be checked during faults", [admission({ phase: "faults", ...unchecked })], []],
  [
    "a limit for another cluster's requests",
    [{ ...unanswered, status: 429, phase: "faults" }],
    ["fair share"],
  ],
];

test.each(CASES)("%s", (_, admissions, invariants) => {
  expect(judgeAdmissions(admissions).map(({ invariant }) => invariant)).toEqual(invariants);
});

test("times are those of answered reviews, per phase", () => {
  const times = Array.from({ length: 100 }, (_, n) => admission({ milliseconds: n + 1 }));
  expect(timesOf([...times, unanswered, admission({ phase: "quiet" })])).toEqual([
    { phase: "lists", requests: 101, answered: 100, p50: 50, p99: 99, most: 100 },
    { phase: "quiet", requests: 1, answered: 1, p50: 20, p99: 20, most: 20 },
  ]);
});

test("a machine that is too busy to measure is reported instead of late answers, and hides nothing else", () => {
  const late = admission({ milliseconds: DEADLINE_MILLISECONDS + 1 });
  const found = judgeAdmissions([late, admission({ isTaken: true })]);
  const invariants = (senderDelay: number) =>
    demandMeasurable(found, senderDelay).map(({ invariant }) => invariant);
  expect(invariants(20)).toEqual(["answered in time", "one owner"]);
  expect(invariants(1401)).toEqual(["one owner", "measurable"]);
});
