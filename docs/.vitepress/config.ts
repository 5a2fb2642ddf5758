/** The website of `docs/`: `npm run site` builds it into `dist/site` and fails on dead links. */
import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { defineConfig, type DefaultTheme, type MarkdownOptions } from "vitepress";

const ROOT = join(import.meta.dirname, "../..");
const DOCS = join(ROOT, "docs");
const REPOSITORY = "https://github.com/mooring/mooring/blob/main";

type Markdown = Parameters<NonNullable<MarkdownOptions["config"]>>[0];

const group = (text: string, folder: string, pages: Readonly<Record<string, string>>) => ({
  text,
  collapsed: true,
  items: Object.entries(pages).map(([page, title]) => ({ text: title, link: `/${folder}/${page}` })),
});

const sidebar: DefaultTheme.SidebarItem[] = [
  group("Get started", "get-started", {
    "first-hour": "Try Mooring on your machine",
    "how-it-works": "How Mooring works",
  }),
  group("Application developers", "developers", {
    "refused-service": "My Service was refused",
    "check-manifests": "Check manifests in pull requests",
    "choose-an-address": "Choose an address",
    "move-an-address": "Move an address",
  }),
  group("Platform engineers", "platform", {
    deploy: "Deploy",
    cli: "Sign in with the CLI",
    clusters: "Register clusters",
    "roll-out": "Roll out in warn mode",
    policy: "Write a policy",
    "private-link-services": "Keep Private Link Services in sync",
    orphans: "Clean up orphans",
    audits: "Audits and findings",
    notices: "Send notifications",
    dashboard: "Use the dashboard",
    troubleshoot: "Troubleshoot by symptom",
    alerts: "Respond to an alert",
    logs: "Read logs, replay messages",
    limits: "Plan capacity",
    upgrade: "Upgrade",
  }),
  group("Runbooks by trouble", "platform/runbooks", {
    "wrong-change": "Mooring made a wrong change",
    "storage-unavailable": "Storage is unavailable",
    "cluster-silent": "A cluster is silent",
    "subscription-unreadable": "A subscription is unreadable",
  }),
  group("Network and security engineers", "network-security", {
    "approve-connections": "Approve private endpoint connections",
    visibility: "Control who may see a Private Link Service",
    "audit-evidence": "Collect audit evidence",
    "security-model": "Security model",
  }),
  group("Reference", "reference", {
    annotations: "Annotations",
    rules: "Admission rules",
    checks: "Audit checks",
    policy: "Policy",
    settings: "Settings",
    functions: "Functions",
    api: "HTTP API",
    metrics: "Metrics",
    doctor: "mooring doctor",
    glossary: "Glossary",
  }),
  group("Contributing", "contributing", {
    architecture: "Architecture",
    "local-development": "Develop locally",
    tests: "Test a change",
    "azure-cli": "Use the Azure CLI with the sandbox",
    infra: "Change the infrastructure",
    guards: "Guards",
    mutation: "Mutation testing",
    fuzzing: "Fuzzing",
    reliability: "Reliability",
    performance: "Performance",
    dependencies: "Dependencies",
    licences: "Licences",
    releases: "Release a version",
  }),
  { text: "Decisions", link: "/decisions/" },
];

/** The anchors that GitHub creates, so that a link works in both places. */
function slugify(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** Diagrams are drawn in the browser. The text is encoded, so that Vue does not read it as a template. */
function drawDiagrams(markdown: Markdown): void {
  const fence = markdown.renderer.rules.fence;
  markdown.renderer.rules.fence = (tokens, index, ...rest) => {
    const token = tokens[index];
    if (token?.info.trim() === "mermaid")
      return `<MermaidDiagram text="${encodeURIComponent(token.content)}" />`;
    return fence?.(tokens, index, ...rest) ?? "";
  };
}

/** Files of the repository that are not pages of the site are read on GitHub. */
function linkToRepository(markdown: Markdown): void {
  markdown.core.ruler.push("link-to-repository", ({ tokens, env }) => {
    const page = join(DOCS, String(env.relativePath));
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.attrGet("href");
      if (token.type === "link_open" && href !== null) token.attrSet("href", resolve(page, href));
    }
  });
}

function resolve(page: string, href: string): string {
  if (/^([a-z]+:|#)/i.test(href)) return href;
  const [path = "", anchor] = href.split("#");
  const target = join(dirname(page), path);
  const isPage = target.startsWith(`${DOCS}/`) && (target.endsWith(".md") || !existsSync(target));
  if (isPage || !existsSync(target)) return href;
  return `${REPOSITORY}/${relative(ROOT, target)}${anchor === undefined ? "" : `#${anchor}`}`;
}

// oxlint-disable-next-line import/no-default-export -- VitePress loads the default export
export default defineConfig({
  title: "Mooring",
  description: "Guards AKS internal load balancers, addresses and Private Link Services",
  outDir: join(ROOT, "dist/site"),
  cacheDir: join(ROOT, "dist/site-cache"),
  lastUpdated: false,
  // The tutorial starts the sandbox there.
  ignoreDeadLinks: [/^http:\/\/127\.0\.0\.1/],
  markdown: {
    anchor: { slugify },
    config: (markdown) => [drawDiagrams, linkToRepository].forEach((use) => use(markdown)),
  },
  // Mermaid is one large lazy chunk, nearly all of it used: to find the rest takes two thirds of the build.
  vite: { build: { chunkSizeWarningLimit: 4000, rollupOptions: { treeshake: false } } },
  themeConfig: {
    sidebar,
    outline: [2, 3],
    search: { provider: "local" },
    socialLinks: [{ icon: "github", link: "https://github.com/mooring/mooring" }],
  },
});
