/**
 * The map of a /16 with 60,000 taken addresses in a real Chromium, beside what the browser needs at least: an empty page's first
 * paint, one fill of as many pixels, a bare element that follows the pointer. The API is a stub: what is measured is the page.
 */
import { join } from "node:path";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { stubbedDashboard } from "../../test/builders/stubbedDashboard.ts";
import { openChromium } from "../tools/chromium.ts";
import { quantile, type Bench, type Beside, type Figure } from "./figures.ts";
import { syntheticMap } from "./fullMap.ts";
import type { Hovers, Redraws } from "./page/times.ts";

const ADDRESSES = "/subnets/stub/addresses";
const TAKEN = 60_000;
const RUNS = 7;
const HOVERS = 300;
const VIEWPORT = { width: 1440, height: 900 };
/** Of a map on a page as wide as that. */
const FIGURE_WIDTH = 1180;

export async function map({ directory }: Bench): Promise<Figure[]> {
  const full = syntheticMap(16, TAKEN);
  const served = await stubbedDashboard(join(directory, "web"), {
    [`GET ${ADDRESSES}`]: full,
    "GET /overview": undefined,
  });
  const browser = await openChromium();
  try {
    return [...(await firstPaints(browser, served.url)), ...(await onThePage(browser, served.url))];
  } finally {
    await browser.close();
    await served.close();
  }
}

async function firstPaints(browser: Browser, url: string): Promise<Figure[]> {
  const [empty, fetched, page, drawn]: number[][] = [[], [], [], []];
  for (let run = 0; run < RUNS; run += 1) {
    empty?.push((await open(browser, new URL("/api/v1/nothing", url).href)).painted);
    fetched?.push((await open(browser, new URL("/api/v1/nothing", url).href, FETCH)).ready);
    const ours = await open(browser, `${url}#/subnets/stub`, MAP);
    page?.push(ours.painted);
    drawn?.push(ours.ready);
  }
  const [floor, read, ours, map] = [empty, fetched, page, drawn].map((times) => quantile(times ?? [], 0.5));
  return [
    beside("first paint", ours, { what: "an empty page", value: floor ?? Number.NaN }, 2),
    beside(
      `a map of 65,536 with ${TAKEN} taken is drawn`,
      map,
      { what: "an empty page fetches and parses the same", value: read ?? Number.NaN },
      3,
    ),
  ];
}

/** In a separate context: nothing is cached. Milliseconds since the navigation began. */
async function open(
  browser: Browser,
  url: string,
  wanted?: string,
): Promise<{ painted: number; ready: number }> {
  const page = await browser.newPage({ viewport: VIEWPORT });
  await page.goto(url);
  if (wanted !== undefined) await page.evaluate(wanted);
  const times = await page.evaluate<{ painted: number; ready: number }>(TIMES);
  await page.context().close();
  return times;
}

const FETCH = `fetch("/api/v1${ADDRESSES}").then((answer) => answer.json()).then(() => undefined)`;
const MAP = `new Promise((resolve) => {
  const look = () => document.querySelector(".map-canvas") ? resolve() : requestAnimationFrame(look);
  look();
})`;
/** When something was painted first, and now, once a frame has been drawn. */
const TIMES = `new Promise((resolve) => {
  new PerformanceObserver((list) => {
    const painted = list.getEntriesByName("first-paint")[0]?.startTime;
    if (painted === undefined) return;
    requestAnimationFrame(() => setTimeout(() => resolve({ painted, ready: performance.now() })));
  }).observe({ type: "paint", buffered: true });
})`;

async function onThePage(browser: Browser, url: string): Promise<Figure[]> {
  const page = await browser.newPage({ viewport: VIEWPORT });
  await page.goto(`${url}#/subnets/stub`);
  await page.waitForSelector(".map-canvas", { state: "attached" });
  const redraws = await inPage<Redraws>(page, `redraws("/api/v1${ADDRESSES}", ${FIGURE_WIDTH})`);
  const hovers = await inPage<Hovers>(page, `hovers(${HOVERS})`);
  return [
    beside(
      "the map redrawn with labels, and read back",
      median(redraws.map),
      { what: "one ready image of as many cells", value: median(redraws.spread) },
      2,
    ),
    {
      name: `${TAKEN} addresses read into cells`,
      unit: "ms",
      ours: median(redraws.read),
      aim: { value: 16 },
    },
    { name: "from the pointer to the tip's text", unit: "ms", ours: median(hovers.told), aim: { value: 8 } },
    beside(
      "from the pointer to the frame with the tip",
      median(hovers.shown),
      { what: "a bare element", value: median(hovers.bareShown) },
      1.25,
    ),
  ];
}

/** Evaluated as text: the page's policy lets no script in, the debugger it does. */
async function inPage<T>(page: Page, call: string): Promise<T> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "page/mapTimes.ts")],
    bundle: true,
    format: "iife",
    globalName: "times",
    write: false,
  });
  return page.evaluate<T>(`(() => { ${outputFiles[0]?.text}; return times.${call}; })()`);
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function beside(name: string, ours: number | undefined, floor: Beside, ratio: number): Figure {
  return { name, unit: "ms", ours: ours ?? Number.NaN, floor, aim: { ratio } };
}
