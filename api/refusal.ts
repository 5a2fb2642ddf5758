/** The page for whom the dashboard is not: no script, its one style allowed by its hash. */
import { createHash } from "node:crypto";

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText; }
  main { max-width: 34rem; padding: 2rem 1.25rem; }
  h1 { font-size: 1.375rem; margin: 0 0 .75rem; }
  p { margin: 0 0 .75rem; }
  code { font-size: .9375em; }
  a:focus-visible { outline: 3px solid; outline-offset: 3px; }
`;

const PAGES: Readonly<Record<number, readonly [title: string, ...paragraphs: string[]]>> = {
  401: [
    "Nobody is signed in",
    "Mooring's dashboard needs Microsoft Entra ID, by way of App Service authentication. It is not turned on for this app, so nobody can be let in.",
    "Whoever runs Mooring here can turn it on: <code>docs/api.md</code> says how.",
  ],
  403: [
    "You are signed in, but have no role here",
    "Mooring's dashboard is for people with the role <code>Mooring.Reader</code> or <code>Mooring.Operator</code>.",
    'Ask whoever runs Mooring to give you one of them on its enterprise application in Microsoft Entra ID, then <a href="/.auth/logout">sign out</a> and in again.',
  ],
  404: ["There is no such page", 'The dashboard begins <a href="./">here</a>.'],
  503: [
    "Mooring cannot answer now",
    '<a href="/api/health">Its health</a> says what is wrong. Try again in a while.',
  ],
};

/** @param problems shown where there is no page for the status */
export function refusalPage(
  status: number,
  problems: readonly string[],
): { html: string; styleSource: string } {
  const [title, ...paragraphs] = PAGES[status] ?? ["Mooring says no", ...problems.map(escaped)];
  const hash = createHash("sha256").update(STYLE).digest("base64");
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Mooring</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${paragraphs.map((text) => `<p>${text}</p>`).join("\n")}
</main>
</body>
</html>
`;
  return { html, styleSource: `sha256-${hash}` };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
