import { Page } from "../../ui/Page.tsx";

export function Audits() {
  return <Page title="Audits">Being built.</Page>;
}
