/** `#/audits` lists audits, `#/audits/ID` shows one, `#/audits?from=ID&to=ID` compares two. */
import { useRoute } from "../../ui/route.ts";
import { AuditPage } from "./AuditPage.tsx";
import { AuditsPage } from "./AuditsPage.tsx";
import { ComparePage } from "./ComparePage.tsx";
import "./audits.css";

export function Audits() {
  const { key, query } = useRoute();
  const [from, to] = [query.get("from"), query.get("to")];
  if (key !== undefined) return <AuditPage key={key} id={key} />;
  return from && to ? <ComparePage from={from} to={to} /> : <AuditsPage />;
}
