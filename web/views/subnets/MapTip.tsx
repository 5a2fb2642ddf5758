import { useLayoutEffect, useRef } from "preact/hooks";
import { AddressFacts } from "./AddressFacts.tsx";
import type { Facts } from "./facts.ts";
import type { Box } from "./layout.ts";

const APART = 8;

/** Next to the cell with the pointer or the focus, always inside the window. */
export function MapTip({ facts, box }: { facts: Facts; box: Box }) {
  const tip = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (tip.current) place(tip.current, box);
  });
  return (
    <div ref={tip} class="map-tip" aria-hidden="true">
      <AddressFacts facts={facts} />
    </div>
  );
}

function place(tip: HTMLElement, box: Box): void {
  const parent = tip.offsetParent?.getBoundingClientRect();
  if (!parent) return;
  const [width, height] = [tip.offsetWidth, tip.offsetHeight];
  const isAbove =
    parent.top + box.y + box.height + APART + height > innerHeight && parent.top + box.y > height + APART;
  const top = isAbove ? box.y - height - APART : box.y + box.height + APART;
  const most = document.documentElement.clientWidth - parent.left - width - APART;
  const left = Math.max(APART - parent.left, Math.min(box.x + box.width / 2, most));
  tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
}
