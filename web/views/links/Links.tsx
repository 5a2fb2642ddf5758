/**
 * Links: what each Private Link Service shall be and is, and the consumers' connections that wait for a decision. `#/links` lists,
 * `#/links?tab=connections` is the inbox, `#/links/KEY` is one link. Whatever writes shows its plan first.
 */
import { useRoute } from "../../ui/route.ts";
import { ConnectionsPage } from "./ConnectionsPage.tsx";
import { LinkPage } from "./LinkPage.tsx";
import { LinksPage } from "./LinksPage.tsx";
import "./links.css";

export function Links() {
  const { key, query } = useRoute();
  if (key !== undefined) return <LinkPage key={key} linkKey={key} />;
  return query.get("tab") === "connections" ? <ConnectionsPage /> : <LinksPage />;
}
