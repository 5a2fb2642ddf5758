import { Page } from "../../ui/Page.tsx";

export function Journal() {
  return <Page title="Journal">Being built.</Page>;
}
