/** What is measured in the page, in milliseconds each. */

export interface Redraws {
  readonly map: readonly number[];
  /** One fill of as many pixels. */
  readonly fill: readonly number[];
  /** One image of as many cells, spread over the same pixels. */
  readonly spread: readonly number[];
  /** What is repeated when addresses change: reading them into cells. */
  readonly read: readonly number[];
}

export interface Hovers {
  /** Until the tooltip shows the address, in the document. */
  readonly told: readonly number[];
  /** Until the frame after that. */
  readonly shown: readonly number[];
  /** The same for a bare element whose text is set by the pointer. */
  readonly bareShown: readonly number[];
}
