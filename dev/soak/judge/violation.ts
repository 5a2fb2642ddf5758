/** Something that must never be, with what shows it. */
export interface Violation {
  readonly invariant: string;
  readonly says: string;
  readonly evidence?: unknown;
}
