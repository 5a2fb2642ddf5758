/**
 * Orphans: verified orphans in quarantine, orphan candidates, and deleted resources that can be restored.
 * `#/orphans` lists, `#/orphans/KEY` shows the evidence of one. A hold excludes a resource from deletion;
 * only a sweep deletes.
 */
import { useRoute } from "../../ui/route.ts";
import { OrphanPage } from "./OrphanPage.tsx";
import { OrphansPage } from "./OrphansPage.tsx";
import "./orphans.css";

export function Orphans() {
  const { key } = useRoute();
  return key === undefined ? <OrphansPage /> : <OrphanPage key={key} orphanKey={key} />;
}
