/** Combinations of settings that are valid and dangerous, or have no effect. Shown before a policy is applied. Pure. */
import { EVERY_RULE } from "./modes.ts";
import type { Policy } from "./policy.ts";

const SHORT_GRACE_SECONDS = 24 * 3600;
const MOST_DELETES_PER_RUN = 50;
const MOST_DELETES_PER_DAY = 200;
const ALMOST_ALL_PERCENT = 50;
const SHORT_PENDING_HOURS = 24;

/** Rules that keep an address and a name from a second owner. */
export const OWNERSHIP_RULES = [
  "address-in-use",
  "address-claimed",
  "address-port-conflict",
  "pls-address-in-use",
  "pls-address-claimed",
  "pls-name-taken",
  "pls-name-claimed",
] as const;

/** One sentence each: which settings, what happens, and what to set instead. */
export function policyWarnings(policy: Policy): string[] {
  return [
    deletes(policy),
    rejections(policy),
    ownership(policy),
    claims(policy),
    withoutEffect(policy),
  ].flat();
}

function deletes(policy: Policy): string[] {
  if (policy.modes.sweep !== "enforce") return [];
  const { maxDeletesPerRun, maxDeletesPerDay, maxDeletePercent } = policy;
  const most = Math.min(maxDeletesPerRun, maxDeletesPerDay);
  const budget = `maxDeletesPerRun ${maxDeletesPerRun}, maxDeletesPerDay ${maxDeletesPerDay}`;
  return [
    ...graces(policy).flatMap(({ setting, seconds }) =>
      seconds < SHORT_GRACE_SECONDS
        ? [
            `modes.sweep enforce with ${setting} ${seconds}: Mooring deletes an orphan less than a day after it was found; set at least ${SHORT_GRACE_SECONDS}`,
          ]
        : [],
    ),
    ...(maxDeletePercent > ALMOST_ALL_PERCENT
      ? [
          `modes.sweep enforce with maxDeletePercent ${maxDeletePercent}: one sweep may delete ${maxDeletePercent === 100 ? "everything" : "most"} that Mooring observes; set at most 20`,
        ]
      : []),
    ...(maxDeletesPerRun > MOST_DELETES_PER_RUN || maxDeletesPerDay > MOST_DELETES_PER_DAY
      ? [
          `modes.sweep enforce with ${budget}: in effect there is no budget of deletes; set at most ${MOST_DELETES_PER_RUN} and ${MOST_DELETES_PER_DAY}`,
        ]
      : []),
    ...(most === 0 ? [`modes.sweep enforce with ${budget}: nothing is deleted; set both to 1 or more`] : []),
  ];
}

/** The grace period of all kinds, and of each kind that has its own. */
function graces({ sweepGraceSeconds, sweepGraceByKind }: Policy) {
  const own = Object.entries(sweepGraceByKind).flatMap(([kind, seconds]) =>
    seconds === undefined ? [] : [{ setting: `sweepGraceByKind.${kind}`, seconds }],
  );
  return [{ setting: "sweepGraceSeconds", seconds: sweepGraceSeconds }, ...own];
}

function rejections({ modes, connections: { rejectPendingAfterHours, rejectWithdrawn } }: Policy): string[] {
  if (modes.rejections !== "enforce") return [];
  if (rejectPendingAfterHours === undefined && !rejectWithdrawn)
    return [
      "modes.rejections enforce without connections.rejectPendingAfterHours and connections.rejectWithdrawn: nothing is rejected; set one of them",
    ];
  if ((rejectPendingAfterHours ?? SHORT_PENDING_HOURS) >= SHORT_PENDING_HOURS) return [];
  return [
    `modes.rejections enforce with connections.rejectPendingAfterHours ${rejectPendingAfterHours}: Mooring rejects connections before operators see them; set at least ${SHORT_PENDING_HOURS}`,
  ];
}

/** Two Services with one address or name are what admission is for. */
function ownership({ rules, overrides, modes }: Policy): string[] {
  const all = [
    { setting: "rules", rules, mode: modes.admission },
    ...overrides.map((entry, index) => ({
      setting: `overrides[${index}].rules`,
      rules: entry.rules,
      mode: entry.modes.admission ?? modes.admission,
    })),
  ].filter(({ mode }) => mode === "enforce");
  return all.flatMap((entry) => {
    const weak = OWNERSHIP_RULES.filter(
      (id) => (entry.rules[id] ?? entry.rules[EVERY_RULE] ?? "deny") !== "deny",
    );
    if (weak.length === 0) return [];
    return [
      `${entry.setting} does not deny ${weak.join(", ")}: two Services may get one address or name; set modes.admission to warn for a rollout, or deny these rules`,
    ];
  });
}

function claims({ claims: { unconfirmedPercent } }: Policy): string[] {
  if (unconfirmedPercent <= ALMOST_ALL_PERCENT) return [];
  return [
    `claims.unconfirmedPercent ${unconfirmedPercent}: requests of one cluster can reserve most addresses of a subnet; set at most ${ALMOST_ALL_PERCENT}`,
  ];
}

function withoutEffect({ modes, onUnavailable }: Policy): string[] {
  if (modes.admission !== "warn" || onUnavailable !== "deny") return [];
  return [
    "onUnavailable deny with modes.admission warn: in warn mode nothing is refused; onUnavailable applies where the mode is enforce",
  ];
}
