import { Page } from "../../ui/Page.tsx";

export function Findings() {
  return <Page title="Findings">Being built.</Page>;
}
