import type { Connection, PlsSummary } from "../../../api/model.ts";
import type { Mark } from "./compareField.ts";

type Tone = "error" | "warn" | "info" | "good" | "quiet";

interface Meaning {
  readonly tone: Tone;
  readonly text: string;
  readonly means: string;
}

export const PLS_STATES: Readonly<Record<PlsSummary["state"], Meaning>> = {
  "as declared": { tone: "good", text: "As declared", means: "Azure has what the Service declares." },
  differs: { tone: "warn", text: "Differs", means: "Azure has something else than the Service declares." },
  unowned: {
    tone: "quiet",
    text: "Unowned",
    means: "No living Service of a registered cluster is proved to own it: it is listed, never written.",
  },
  off: {
    tone: "quiet",
    text: "Off",
    means: "It is tagged mooring: off, and is left alone with its connections.",
  },
};

export const CONNECTION_STATES: Readonly<
  Record<Connection["status"], { readonly tone: Tone; readonly text: string }>
> = {
  Pending: { tone: "warn", text: "Waits" },
  Approved: { tone: "good", text: "Approved" },
  Rejected: { tone: "error", text: "Rejected" },
  Disconnected: { tone: "quiet", text: "Disconnected" },
};

/** A state that Azure introduced since is shown as it is. */
export function connectionState(status: string): { readonly tone: Tone; readonly text: string } {
  return CONNECTION_STATES[status] ?? { tone: "warn", text: status || "Unknown" };
}

/** What to call each mark of an item; the sign is for the eye, the word says the same. */
export const MARKS: Readonly<Record<Mark, { readonly sign: string; readonly word: string }>> = {
  same: { sign: "=", word: "same" },
  missing: { sign: "+", word: "missing in Azure" },
  extra: { sign: "−", word: "not declared" },
  narrowed: { sign: "⊘", word: "policy forbids it" },
  unjudged: { sign: "·", word: "nobody declares it" },
};

const FIELD_NAMES: Readonly<Record<string, string>> = {
  visibility: "Visibility",
  autoApproval: "Auto-approval",
  fqdns: "Host names",
  proxyProtocol: "PROXY protocol",
  natAddresses: "NAT addresses",
  subnet: "NAT subnet",
  natAddressCount: "Number of NAT addresses",
  pls: "Nothing declares it",
};

export function fieldName(field: string): string {
  return FIELD_NAMES[field] ?? field;
}
