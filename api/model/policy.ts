/** The policy, and what admission refused according to it. */
export { Refusal, RefusalReason } from "../../shared/admission/refusalStore.ts";
export { AdmissionMode } from "../../shared/policy/modes.ts";
