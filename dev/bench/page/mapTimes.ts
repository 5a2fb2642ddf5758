/** Runs in the page: how long a map takes to be drawn, and a tip to follow the pointer, beside what the browser needs at least. */
import type { AddressMap } from "../../../api/model.ts";
import { readCells } from "../../../web/views/subnets/cells.ts";
import { drawMap } from "../../../web/views/subnets/draw.ts";
import { planFigure } from "../../../web/views/subnets/planFigure.ts";
import { readPalette } from "../../../web/views/subnets/palette.ts";
import type { Hovers, Redraws } from "./times.ts";

const REDRAWS = 40;
/** The browser's clock is coarse: so many are timed together. */
const TOGETHER = 10;

/** As the page does it, on a canvas of the same size; reading it back, as a screen would, makes the browser really draw. */
export async function redraws(path: string, width: number): Promise<Redraws> {
  const map = (await (await fetch(path)).json()) as AddressMap;
  const [prefix] = map.prefixes;
  const element = document.querySelector(".map-figure");
  if (!prefix || !element) throw new Error("no map on the page");
  const cells = readCells(prefix, map.holders);
  const { layout } = planFigure(prefix.size, width);
  const palette = readPalette(element);
  const canvas = new OffscreenCanvas(layout.width, layout.height);
  const context = canvas.getContext("2d") as unknown as CanvasRenderingContext2D;
  const timed = (work: (n: number) => void) => {
    const started = performance.now();
    for (let n = 0; n < TOGETHER; n += 1) {
      work(n);
      context.getImageData(0, 0, layout.width, layout.height);
    }
    return (performance.now() - started) / TOGETHER;
  };
  const fill = (n: number) => {
    context.fillStyle = n % 2 === 0 ? palette.text : palette.background;
    context.fillRect(0, 0, layout.width, layout.height);
  };
  // The least that shows a colour a cell: an image of as many, made beforehand, spread over the same pixels.
  const small = await createImageBitmap(new ImageData(256, 256));
  const spread = () => context.drawImage(small, 0, 0, layout.width, layout.height);
  const view = { cells, from: 0, layout, first: prefix.first };
  const times: Record<keyof Redraws, number[]> = { map: [], fill: [], spread: [], read: [] };
  for (let run = 0; run < REDRAWS; run += 1) {
    times.map.push(timed(() => drawMap(context, view, palette)));
    times.fill.push(timed(fill));
    times.spread.push(timed(spread));
    times.read.push(timed(() => void readCells(prefix, map.holders)));
  }
  return times;
}

/** Moves a pointer over the map, a cell of another row and column each time. */
export async function hovers(count: number): Promise<Hovers> {
  const canvas = document.querySelector<HTMLCanvasElement>(".map-canvas canvas:last-child");
  if (!canvas) throw new Error("no map on the page");
  const bare = document.body.appendChild(document.createElement("div"));
  bare.addEventListener("pointermove", (event) => (bare.textContent = `${event.clientX}`));
  const times = { told: [] as number[], shown: [] as number[], bareShown: [] as number[] };
  for (let n = 0; n < count; n += 1) {
    const { told, shown } = await hover(canvas, n);
    times.told.push(told);
    times.shown.push(shown);
    times.bareShown.push(await bareHover(bare, n));
  }
  bare.remove();
  return times;
}

async function hover(canvas: HTMLCanvasElement, n: number): Promise<{ told: number; shown: number }> {
  const box = canvas.getBoundingClientRect();
  const before = tipText();
  await frame();
  const started = performance.now();
  point(
    canvas,
    box.left + 120 + ((n * 37) % (box.width - 140)),
    box.top + 40 + ((n * 53) % (box.height - 60)),
  );
  while (tipText() === before) await Promise.resolve();
  const told = performance.now() - started;
  await frame();
  return { told, shown: performance.now() - started };
}

async function bareHover(bare: HTMLElement, n: number): Promise<number> {
  await frame();
  const started = performance.now();
  point(bare, n, n);
  await frame();
  return performance.now() - started;
}

function point(element: Element, clientX: number, clientY: number): void {
  element.dispatchEvent(
    new PointerEvent("pointermove", { bubbles: true, clientX, clientY, pointerType: "mouse" }),
  );
}

function tipText(): string {
  return document.querySelector(".map-tip strong")?.textContent ?? "";
}

/** Until the next frame is drawn. */
function frame(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener("message", () => resolve());
      port1.start();
      port2.postMessage(undefined);
    });
  });
}
