/** The machine's Chromium, for what only a browser can tell. */
import { chromium, type Browser } from "playwright-core";
import { findChromium } from "../tools/programs.ts";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** @throws Error if there is none */
export function openChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("there is no Chromium on this machine's path");
  return chromium.launch({ executablePath, args: ARGUMENTS });
}
