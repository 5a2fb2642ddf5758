/** The error page of the dashboard: no script, one style that is allowed by its hash. */
import { createHash } from "node:crypto";
import { NoRole } from "./principal.ts";
import type { ApiProblem } from "./problem.ts";

/** Colours of `web/ui/tokens.css`, which an unauthorized caller cannot load. */
const STYLE = `
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
  body { margin: 0; min-height: 100vh; background: light-dark(#f5f7f8, #0e1318); color: light-dark(#182129, #e4e9ee); }
  header { padding: .875rem 1.5rem; border-bottom: 1px solid light-dark(#dce2e6, #2a343e); background: light-dark(#fff, #161c23); font-weight: 700; }
  header::before { content: ""; display: inline-block; width: .375rem; height: .375rem; margin-right: .5rem; border: .1875rem solid light-dark(#0a6470, #62c9d6); border-radius: 50%; }
  main { box-sizing: border-box; max-width: 38rem; margin: 12vh auto 2rem; padding: 1.5rem; background: light-dark(#fff, #161c23); border: 1px solid light-dark(#dce2e6, #2a343e); border-radius: 6px; }
  @media (max-width: 40rem) { main { margin: 1rem; padding: 1rem; } }
  .status { margin: 0; color: light-dark(#55616c, #9caab7); font-size: .8125rem; }
  h1 { margin: .25rem 0 .75rem; font-size: 1.375rem; line-height: 1.3; }
  p { margin: 0 0 .75rem; }
  p:last-child { margin-bottom: 0; }
  code { padding: .0625rem .25rem; background: light-dark(#eef1f3, #10161c); border-radius: 4px; font-size: .875em; }
  a { color: light-dark(#0a6470, #62c9d6); }
  a:focus-visible { outline: 3px solid light-dark(#0a6470, #7fdbe6); outline-offset: 3px; border-radius: 2px; }
`;

const PAGES: Readonly<Record<number, readonly [title: string, ...paragraphs: string[]]>> = {
  401: [
    "Not signed in",
    "The dashboard requires Microsoft Entra ID through App Service authentication, which is not enabled for this app.",
    "Ask the operator of this installation to enable it; see <code>docs/reference/api.md</code>.",
  ],
  403: [
    "You have no role in this app",
    "The dashboard requires the role <code>Mooring.Reader</code> or <code>Mooring.Operator</code>.",
    'Ask the operator of this installation to assign one of them in the enterprise application in Microsoft Entra ID. Then <a href="/.auth/logout">sign out</a> and sign in again.',
  ],
  404: ["Page not found", '<a href="/api/dashboard/">Open the dashboard</a>.'],
  503: [
    "Mooring is temporarily unavailable",
    '<a href="/api/health">The health endpoint</a> shows the cause. Try again later.',
  ],
};

/** A page that states what to do, or else the problems. */
export function refusalPage(problem: ApiProblem): { html: string; styleSource: string } {
  const { status, problems } = problem;
  const hasPage = status !== 403 || problem instanceof NoRole;
  const page = hasPage ? PAGES[status] : undefined;
  const [title, ...paragraphs] = page ?? ["Request refused", ...problems.map(escaped)];
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
<header>Mooring</header>
<main>
<p class="status">${status}</p>
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
