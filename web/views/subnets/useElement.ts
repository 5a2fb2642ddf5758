/** Properties that the page determines for a map: width and colours. */
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { readPalette, type Palette } from "./palette.ts";

/** Width of the element's content in CSS pixels; 0 until it is mounted. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return undefined;
    setWidth(Math.floor(current.clientWidth));
    const observer = new ResizeObserver(() => setWidth(Math.floor(current.clientWidth)));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return width;
}

/** Read again when the theme changes, by the switch or by the system. */
export function usePalette(element: RefObject<HTMLElement | null>): Palette | undefined {
  const [palette, setPalette] = useState<Palette>();
  useLayoutEffect(() => {
    if (element.current) setPalette(readPalette(element.current));
  }, []);
  useEffect(() => {
    const read = () => element.current && setPalette(readPalette(element.current));
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const observer = new MutationObserver(read);
    scheme.addEventListener("change", read);
    observer.observe(document.documentElement, { attributeFilter: ["data-theme", "class", "style"] });
    return () => {
      scheme.removeEventListener("change", read);
      observer.disconnect();
    };
  }, []);
  return palette;
}
