/** Divides the width between a map and its magnifier. Pure. */
import { isDense, planLayout, type Layout } from "./layout.ts";

export interface FigurePlan {
  readonly layout: Layout;
  /** 0 if the map needs none. */
  readonly magnifierWidth: number;
  /** True if the magnifier and the details are next to the map; otherwise they are below. */
  readonly isBeside: boolean;
}

const LEAST_FOR_BOTH = 760;
const LEAST_MAGNIFIER = 330;
const APART = 24;

export function planFigure(size: number, width: number): FigurePlan {
  const alone = planLayout(size, width);
  if (!isDense(alone)) return { layout: alone, magnifierWidth: 0, isBeside: false };
  if (width < LEAST_FOR_BOTH) return { layout: alone, magnifierWidth: width, isBeside: false };
  const layout = planLayout(size, width - LEAST_MAGNIFIER - APART);
  return { layout, magnifierWidth: Math.min(560, width - layout.width - APART), isBeside: true };
}

/** Start of the /24 that contains the offset. */
export function blockOf(offset: number): number {
  return offset - (offset % 256);
}
