import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

export interface Viewport {
  /** Scroll offset in pixels. */
  readonly top: number;
  readonly height: number;
  readonly width: number;
}

/** The visible area of a scrolling box; measured again when the box is mounted. */
export function useViewport(box: RefObject<HTMLElement | null>, isThere: boolean): Viewport {
  const [viewport, setViewport] = useState<Viewport>({ top: 0, height: 0, width: 0 });
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const read = () =>
      setViewport({ top: element.scrollTop, height: element.clientHeight, width: element.clientWidth });
    const observer = new ResizeObserver(read);
    observer.observe(element);
    element.addEventListener("scroll", read, { passive: true });
    read();
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", read);
    };
  }, [box, isThere]);
  return viewport;
}
