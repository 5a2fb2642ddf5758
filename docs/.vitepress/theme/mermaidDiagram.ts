/** Draws one diagram when the page is shown; until then, and without JavaScript, its text is shown. */
import { useData } from "vitepress";
import { defineComponent, h, onMounted, ref, useId, watch } from "vue";

export const MermaidDiagram = defineComponent({
  props: { text: { type: String, required: true } },
  setup(props) {
    const { isDark } = useData();
    const id = `diagram-${useId()}`;
    const source = decodeURIComponent(props.text);
    const svg = ref("");
    const draw = async () => {
      const { default: mermaid } = await import("mermaid");
      mermaid.initialize({ startOnLoad: false, theme: isDark.value ? "dark" : "default" });
      svg.value = (await mermaid.render(id, source)).svg;
    };
    onMounted(() => {
      void draw();
      watch(isDark, draw);
    });
    return () => (svg.value ? h("div", { innerHTML: svg.value }) : h("pre", source));
  },
});
