/** Scrolling the Private Link Services table of 10,000 rows in a real browser, beside a page of 100 plain rows. */
import { join } from "node:path";
import type { CDPSession, Page } from "playwright-core";
import type { PlsSummary } from "../../api/model.ts";
import { stubbedDashboard } from "../../test/builders/stubbedDashboard.ts";
import { openChromium } from "../tools/chromium.ts";
import { quantile, type Bench, type Figure } from "./figures.ts";

const ROWS = 10_000;
const PLAIN_ROWS = 100;
const FRAMES = 300;
/** Pixels a frame: a fast wheel, and a scroll bar that is dragged from end to end. */
const WHEEL = 120;
const VIEW = { width: 1440, height: 900 };

export async function table({ directory }: Bench): Promise<Figure[]> {
  const privateLinkServices = Array.from({ length: ROWS }, (_, n) => pls(n));
  const dashboard = await stubbedDashboard(join(directory, "web"), {
    "GET /pls": { items: privateLinkServices },
  });
  const browser = await openChromium();
  try {
    const page = await browser.newPage({ viewport: VIEW });
    const floor = await scrollPlain(page);
    await page.goto(`${dashboard.url}#/pls`);
    await page.locator('.table [role="row"]').nth(5).waitFor();
    const wheel = await scroll(page, ".table", WHEEL);
    const dragged = await scroll(page, ".table");
    const drawn = await page.locator('.table [role="row"]').count();
    const typed = await typing(page);
    return [
      ...scrolling(`${ROWS} rows by the wheel, ${WHEEL} pixels a frame`, wheel, floor),
      ...scrolling(`${ROWS} rows by the scroll bar, every row new in each frame`, dragged, floor),
      { name: `of ${ROWS} rows in the document`, unit: "rows", ours: drawn, aim: { value: PLAIN_ROWS } },
      {
        name: `a letter in the filter over ${ROWS} rows is drawn`,
        unit: "ms",
        ours: typed,
        aim: { value: 100 },
      },
    ];
  } finally {
    await browser.close();
    await dashboard.close();
  }
}

interface Scrolled {
  /** Milliseconds between two frames. */
  readonly each: readonly number[];
  /** Milliseconds that the main thread works a frame. */
  readonly work: number;
}

function scrolling(title: string, ours: Scrolled, plain: Scrolled): Figure[] {
  const what = `${PLAIN_ROWS} plain rows`;
  const frame = (share: number, aim: number): Figure => ({
    name: `${title}: between two frames, p${share * 100}`,
    unit: "ms",
    ours: quantile(ours.each, share),
    floor: { what, value: quantile(plain.each, share) },
    aim: { ratio: aim },
  });
  const work = { name: `${title}: work a frame`, unit: "ms", ours: ours.work, aim: { value: 8 } } as const;
  return [frame(0.5, 1.1), frame(0.99, 2), { ...work, floor: { what, value: plain.work } }];
}

async function scrollPlain(page: Page): Promise<Scrolled> {
  const rows = Array.from(
    { length: PLAIN_ROWS },
    (_, n) => `<p>${pls(n).name} ${pls(n).resourceGroup} ${pls(n).state}</p>`,
  );
  await page.setContent(`<style>p{height:40px;margin:0}</style><div id="box">${rows.join("")}</div>`);
  await page.addStyleTag({ content: "#box{height:600px;overflow:auto}" });
  // A browser that has just started is slow at everything: the first time does not count.
  await scroll(page, "#box");
  return scroll(page, "#box");
}

/** So many pixels a frame; without them, from top to bottom. */
async function scroll(page: Page, selector: string, pixels?: number): Promise<Scrolled> {
  const session = await page.context().newCDPSession(page);
  // Of the thread itself, not of the clock: other programs on the machine do not count.
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const before = await busySeconds(session);
  const each = await page.evaluate(scrollInPage, { selector, frames: FRAMES, pixels });
  const work = ((await busySeconds(session)) - before) * 1000;
  await session.detach();
  return { each, work: work / FRAMES };
}

/** What is used of a page's globals, which are not those of this program. */
interface PageGlobals {
  readonly document: {
    readonly activeElement: { value: string; dispatchEvent(event: Event): boolean };
    querySelector(selector: string): { scrollTop: number; scrollHeight: number; clientHeight: number };
    querySelectorAll(selector: string): { readonly length: number };
  };
  readonly Event: typeof Event;
  requestAnimationFrame(callback: (atMilliseconds: number) => void): void;
}

interface Scrolling {
  readonly selector: string;
  readonly frames: number;
  readonly pixels: number | undefined;
}

/** Runs in the page. */
async function scrollInPage({ selector, frames, pixels }: Scrolling): Promise<number[]> {
  const page = globalThis as unknown as PageGlobals;
  const box = page.document.querySelector(selector);
  const step = pixels ?? (box.scrollHeight - box.clientHeight) / frames;
  box.scrollTop = 0;
  const nextFrame = () => new Promise<number>((resolve) => page.requestAnimationFrame(resolve));
  const each: number[] = [];
  let last = await nextFrame();
  for (let frame = 0; frame < frames; frame += 1) {
    box.scrollTop += step;
    const now = await nextFrame();
    each.push(now - last);
    last = now;
  }
  return each;
}

async function busySeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
}

/** From a letter to the frame after the rows that fit it are drawn. */
async function typing(page: Page): Promise<number> {
  await page.getByRole("searchbox").last().focus();
  return page.evaluate(async () => {
    const page = globalThis as unknown as PageGlobals;
    const nextFrame = () => new Promise((resolve) => page.requestAnimationFrame(resolve));
    const input = page.document.activeElement;
    const started = performance.now();
    input.value = "pls-9999";
    input.dispatchEvent(new page.Event("input", { bubbles: true }));
    while (page.document.querySelectorAll('.table [role="row"]').length !== 2) await nextFrame();
    return performance.now() - started;
  });
}

function pls(n: number): PlsSummary {
  const subscription = `${String(n % 20).padStart(8, "0")}-1111-4111-8111-111111111111`;
  const resourceGroup = `MC_rg-${n % 300}_aks-${n % 300}_westeurope`;
  const states = ["as declared", "as declared", "differs", "unowned"] as const;
  const state = states[n % states.length] ?? "off";
  return {
    key: `key-${n}`,
    id: `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/privateLinkServices/pls-${n}`,
    name: `pls-${n}`,
    subscription,
    resourceGroup,
    cluster: `aks-${n % 300}`,
    service: `shop/service-${n}`,
    state,
    visibility: state === "differs" ? ["*"] : [],
    differs: state === "differs" ? ["visibility"] : [],
    connections: {
      pending: n % 7 === 0 ? 1 : 0,
      approved: n % 5,
      rejected: 0,
      disconnected: n % 11 === 0 ? 1 : 0,
    },
  };
}
