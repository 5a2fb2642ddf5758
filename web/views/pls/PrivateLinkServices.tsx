/**
 * Private Link Services: what each Private Link Service shall be and is, and the consumers' connections that wait for a decision. `#/pls` lists,
 * `#/pls?tab=connections` is the inbox, `#/pls/KEY` is one PLS. Whatever writes shows its plan first.
 */
import { useRoute } from "../../ui/route.ts";
import { ConnectionsPage } from "./ConnectionsPage.tsx";
import { PlsPage } from "./PlsPage.tsx";
import { PrivateLinkServicesPage } from "./PrivateLinkServicesPage.tsx";
import "./pls.css";

export function PrivateLinkServices() {
  const { key, query } = useRoute();
  if (key !== undefined) return <PlsPage key={key} plsKey={key} />;
  return query.get("tab") === "connections" ? <ConnectionsPage /> : <PrivateLinkServicesPage />;
}
