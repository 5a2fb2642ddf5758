/**
 * Orphans: what is proved to have no owner and waits out its grace, what is only suspected, and what was deleted and can be made
 * again. `#/orphans` lists, `#/orphans/KEY` weighs one. A hold keeps a resource whatever is proved; only a sweep deletes.
 */
import { useRoute } from "../../ui/route.ts";
import { OrphanPage } from "./OrphanPage.tsx";
import { OrphansPage } from "./OrphansPage.tsx";
import "./orphans.css";

export function Orphans() {
  const { key } = useRoute();
  return key === undefined ? <OrphansPage /> : <OrphanPage key={key} orphanKey={key} />;
}
