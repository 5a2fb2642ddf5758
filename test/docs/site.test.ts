/** The website of `docs/`: VitePress fails on dead links, and the sidebar leads to every page. */
import { execFile } from "node:child_process";
import { access, glob, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const VITEPRESS = join(ROOT, "node_modules/vitepress/bin/vitepress.js");

let site: string;
beforeAll(async () => {
  site = await mkdtemp(join(tmpdir(), "mooring-site-"));
  await promisify(execFile)(process.execPath, [VITEPRESS, "build", "docs", "--outDir", site], { cwd: ROOT });
}, 300_000);

afterAll(() => rm(site, { recursive: true, force: true }));

const pages = (await Array.fromAsync(glob("**/*.md", { cwd: join(ROOT, "docs") }))).map((page) =>
  page.replace(/\.md$/, ""),
);

test.each(pages.toSorted())("%s is a page of the site", async (page) => {
  await expect(access(join(site, `${page}.html`))).resolves.toBeUndefined();
});

test("the sidebar has every page except single decisions, and no other", async () => {
  const home = await readFile(join(site, "index.html"), "utf8");
  const linked = [...home.matchAll(/class="VPLink link link" href="\/([^"#]*)"/g)].map(([, path = ""]) =>
    path.replace(/\.html$/, "").replace(/\/$/, "/index"),
  );
  const expected = pages.filter((page) => page !== "index" && !/^decisions\/\d/.test(page));
  expect([...new Set(linked)].toSorted()).toEqual(expected.toSorted());
});
