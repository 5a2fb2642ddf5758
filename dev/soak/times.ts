/** Spans of time that people, faults and judges go by. */
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
/** What a host's clock may be wrong by; two may be twice as far from each other. */
export const MAX_SKEW_MINUTES = 4;
/** The policy's `reservationMinutes`. */
export const RESERVATION_MINUTES = 60;
