/** The default theme of VitePress, with Mermaid diagrams. */
import type { Theme } from "vitepress";
import DefaultTheme from "vitepress/theme";
import { MermaidDiagram } from "./mermaidDiagram.ts";

const theme: Theme = {
  extends: DefaultTheme,
  enhanceApp: ({ app }) => void app.component("MermaidDiagram", MermaidDiagram),
};

// oxlint-disable-next-line import/no-default-export -- VitePress loads the default export
export default theme;
