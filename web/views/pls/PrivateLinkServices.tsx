/**
 * Private Link Services, declared and actual, and the approval of private endpoint connections. `#/pls`
 * lists, `#/pls?tab=connections` shows pending approvals, `#/pls/KEY` shows one PLS. Every change shows its
 * plan first.
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
