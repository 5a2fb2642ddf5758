/**
 * Subnets: usage and address maps. `#/subnets` lists, `#/subnets/KEY` shows one subnet,
 * `#/subnets/KEY?address=10.0.0.4` with that address selected.
 */
import { useRoute } from "../../ui/route.ts";
import { SubnetPage } from "./SubnetPage.tsx";
import { SubnetsPage } from "./SubnetsPage.tsx";
import "./map.css";
import "./subnets.css";

export function Subnets() {
  const { key } = useRoute();
  return key === undefined ? <SubnetsPage /> : <SubnetPage key={key} subnetKey={key} />;
}
