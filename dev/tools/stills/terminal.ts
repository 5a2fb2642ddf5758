/** Output of the CLI, as a picture of a terminal. */
import { spawn } from "node:child_process";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import type { Browser } from "playwright-core";

const CLI = join(import.meta.dirname, "../../../cli/main.ts");
const COLUMNS = 150;
const WIDTH = 1320;

export interface Said {
  readonly command: string;
  readonly output: string;
}

/** Runs `mooring` with these arguments; returns its output on both streams. */
export async function runMooring(
  args: readonly string[],
  { cwd, settings }: { cwd: string; settings: Readonly<Record<string, string>> },
): Promise<Said> {
  const env = { ...process.env, ...settings, COLUMNS: String(COLUMNS), NO_COLOR: "1" };
  const child = spawn(process.execPath, [CLI, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { command: `mooring ${args.join(" ")}`, output: `${out}${err}`.trimEnd() };
}

/** Writes a picture of that name; gives the name. */
export async function terminalStill(browser: Browser, path: string, said: readonly Said[]): Promise<string> {
  const page = await browser.newPage({ viewport: { width: WIDTH, height: 100 } });
  await page.setContent(toPage(said));
  await page.screenshot({ path, fullPage: true });
  await page.close();
  return basename(path);
}

function toPage(said: readonly Said[]): string {
  const blocks = said.map(({ command, output }) => `<b>$ ${escaped(command)}</b>\n${escaped(output)}`);
  return `<!doctype html><meta charset="utf-8"><style>
    body { margin: 0; background: #10161d; color: #d5dde5 }
    pre { margin: 0; padding: 20px 24px; font: 14px/1.45 "DejaVu Sans Mono", Menlo, Consolas, monospace; white-space: pre-wrap }
    b { color: #7cc4ff }
  </style><pre>${blocks.join("\n\n")}</pre>`;
}

function escaped(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
