/** Every relative link of every page refers to a file that exists, and to a heading in it. */
import { access, glob, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

const pages = await Array.fromAsync(glob(["*.md", "{docs,infra,test,deploy}/**/*.md"], { cwd: ROOT }));

test.each(pages.toSorted())("%s has no dead link", async (page) => {
  const text = (await readFile(join(ROOT, page), "utf8")).replaceAll(/^```[^]*?^```$/gm, "");
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  const dead = await Promise.all(
    links.filter((target) => !/^[a-z]+:/i.test(target)).map((target) => isDead(page, target)),
  );
  expect(dead.filter((target) => target !== undefined)).toEqual([]);
});

async function isDead(page: string, target: string): Promise<string | undefined> {
  const [file = "", anchor] = target.split("#");
  const path = file === "" ? join(ROOT, page) : join(ROOT, dirname(page), file);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere) return target;
  if (anchor === undefined || !path.endsWith(".md")) return undefined;
  return headings(await readFile(path, "utf8")).includes(anchor) ? undefined : target;
}

/** The anchors of the headings, as GitHub creates them. */
function headings(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
