import { useEffect, useState } from "preact/hooks";
import type { AddressMap, Subnet } from "../../../api/model.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Card } from "../../ui/Card.tsx";
import { Page } from "../../ui/Page.tsx";
import { Resource } from "../../ui/Resource.tsx";
import { href } from "../../ui/route.ts";
import { Time } from "../../ui/Time.tsx";
import { useResource } from "../../ui/useResource.ts";
import { count } from "../../ui/words.ts";
import { Growth } from "./Growth.tsx";
import { PrefixCards } from "./PrefixCards.tsx";
import { UsedAddressTable } from "./UsedAddressTable.tsx";
import { UsageBar, UsageText } from "./UsageBar.tsx";

const EVERY_SECONDS = 4;
const MOST_SECONDS = 300;
/**
 * The response for a large subnet is megabytes and reads each of its rows: one second of interval per so
 * many addresses.
 */
const ADDRESSES_A_SECOND = 200;

/** One subnet: address maps of its prefixes, usage history, and a table of used addresses. */
export function SubnetPage({ subnetKey }: { subnetKey: string }) {
  const [everySeconds, setEvery] = useState<number>(EVERY_SECONDS);
  const map = useResource<AddressMap>(`/subnets/${encodeURIComponent(subnetKey)}/addresses`, {
    everySeconds,
  });
  const subnet = map.data?.subnet;
  const usable = subnet?.usable ?? 0;
  useEffect(() => setEvery(paceOf(usable)), [usable]);
  return (
    <Page title={subnet?.name ?? "Subnet"} lead={subnet ? <Lead subnet={subnet} /> : undefined}>
      <nav class="crumbs" aria-label="Breadcrumbs">
        <a href={href("subnets")}>All subnets</a>
        {subnet && <a href={href("subnets", undefined, { vnet: subnet.vnetId })}>{subnet.vnet}</a>}
      </nav>
      <Resource of={map} lines={14}>
        {(data) => (
          <>
            <PrefixCards map={data} />
            <Growth subnet={data.subnet} />
            <Card title="Used addresses">
              <UsedAddressTable map={data} />
            </Card>
          </>
        )}
      </Resource>
    </Page>
  );
}

function paceOf(usable: number): number {
  return Math.min(MOST_SECONDS, Math.max(EVERY_SECONDS, usable / ADDRESSES_A_SECOND));
}

function Lead({ subnet }: { subnet: Subnet }) {
  return (
    <span class="subnet-lead">
      <span class="mono">{subnet.prefixes.join(", ")}</span>
      <UsageBar subnet={subnet} />
      <span>
        <UsageText subnet={subnet} /> addresses used
      </span>
      {subnet.unknown > 0 && (
        <Badge tone="warn">{count(subnet.unknown, "unknown address", "unknown addresses")}</Badge>
      )}
      {subnet.delegations.map((name) => (
        <Badge key={name} tone="quiet">
          delegated to {name}
        </Badge>
      ))}
      <Badge tone={subnet.plsNetworkPolicies === "Disabled" ? "info" : "quiet"}>
        {subnet.plsNetworkPolicies === "Disabled" ? "PLS allowed" : "PLS blocked (network policies enabled)"}
      </Badge>
      <span>
        scanned <Time utc={subnet.scannedAtUtc} />
      </span>
    </span>
  );
}
