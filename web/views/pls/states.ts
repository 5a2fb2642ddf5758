import type { Connection, PlsSummary } from "../../../api/model.ts";
import type { Mark } from "./compareField.ts";

type Tone = "error" | "warn" | "info" | "good" | "quiet";

interface Meaning {
  readonly tone: Tone;
  readonly text: string;
  readonly means: string;
}

export const PLS_STATES: Readonly<Record<PlsSummary["state"], Meaning>> = {
  "as declared": { tone: "good", text: "As declared", means: "Matches the declaration of the Service." },
  differs: { tone: "warn", text: "Differs", means: "Does not match the declaration of the Service." },
  unowned: {
    tone: "quiet",
    text: "Unowned",
    means:
      "No Service of a registered cluster is confirmed as its owner. Mooring lists it and never changes it.",
  },
  off: {
    tone: "quiet",
    text: "Off",
    means: "Tagged mooring: off. Mooring does not change it or its private endpoint connections.",
  },
};

export const CONNECTION_STATES: Readonly<
  Record<Connection["status"], { readonly tone: Tone; readonly text: string }>
> = {
  Pending: { tone: "warn", text: "Pending" },
  Approved: { tone: "good", text: "Approved" },
  Rejected: { tone: "error", text: "Rejected" },
  Disconnected: { tone: "quiet", text: "Disconnected" },
};

/** A state that Azure introduced later is shown unchanged. */
export function connectionState(status: string): { readonly tone: Tone; readonly text: string } {
  return CONNECTION_STATES[status] ?? { tone: "warn", text: status || "Unknown" };
}

/** Label and sign of each mark; both mean the same. */
export const MARKS: Readonly<Record<Mark, { readonly sign: string; readonly word: string }>> = {
  same: { sign: "=", word: "same" },
  missing: { sign: "+", word: "missing in Azure" },
  extra: { sign: "−", word: "not declared" },
  narrowed: { sign: "⊘", word: "not allowed by policy" },
  unjudged: { sign: "·", word: "not compared" },
};

const FIELD_NAMES: Readonly<Record<string, string>> = {
  visibility: "Visibility",
  autoApproval: "Auto-approval",
  fqdns: "Host names",
  proxyProtocol: "PROXY protocol",
  natAddresses: "NAT addresses",
  subnet: "NAT subnet",
  natAddressCount: "Number of NAT addresses",
  pls: "Not declared",
};

export function fieldName(field: string): string {
  return FIELD_NAMES[field] ?? field;
}
