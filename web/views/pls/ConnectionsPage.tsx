import { useMemo } from "preact/hooks";
import type { Connection } from "../../../api/model.ts";
import { Search, Select } from "../../ui/Field.tsx";
import { Page } from "../../ui/Page.tsx";
import { Empty, Resource } from "../../ui/Resource.tsx";
import { useQuery } from "../../ui/route.ts";
import { useList } from "../../ui/useResource.ts";
import { ConnectionList } from "./ConnectionList.tsx";
import { filterConnections } from "./filterPrivateLinkServices.ts";
import { PlsTabs } from "./PlsTabs.tsx";
import { CONNECTION_STATES } from "./states.ts";

/** In the address, where `""` means those that wait. */
const ALL = "all";

/** The approvals inbox. */
export function ConnectionsPage() {
  const connections = useList<Connection>("/connections");
  const waiting = connections.data?.filter(({ status }) => status === "Pending").length;
  return (
    <Page
      title="Private Link Services"
      lead="Consumers' private endpoints that ask to be connected, and who decides."
    >
      <PlsTabs at="connections" waiting={waiting} />
      <Resource of={connections} lines={8} empty={<NothingYet />}>
        {(connections) => <Inbox connections={connections} />}
      </Resource>
    </Page>
  );
}

function Inbox({ connections }: { readonly connections: readonly Connection[] }) {
  const [read, change] = useQuery();
  const [text, asked] = [read("text"), read("status")];
  const status = asked === ALL ? "" : asked === "" ? "Pending" : asked;
  const shown = useMemo(() => filterConnections(connections, { text, status }), [connections, text, status]);
  const statuses = Object.entries(CONNECTION_STATES).map(([value, { text }]) => [value, text] as const);
  return (
    <>
      <div class="filters">
        <Search
          label="Consumer, Private Link Service, Service"
          value={text}
          onChange={(text) => change({ text })}
        />
        <Select
          label="Status"
          value={status === "" ? ALL : status}
          options={[...statuses, [ALL, "any"]]}
          onChange={(value) => change({ status: value === "Pending" ? "" : value })}
        />
      </div>
      <ConnectionList
        connections={shown}
        showPls
        empty={
          text === "" && status === "Pending" ? (
            <Empty title="Nobody waits.">Every consumer that asked has an answer.</Empty>
          ) : (
            <Empty title="No connection is like that.">Take a filter away to see more.</Empty>
          )
        }
      />
    </>
  );
}

function NothingYet() {
  return (
    <Empty title="Nobody waits.">
      No consumer has a private endpoint on a Private Link Service of a registered cluster. One that asks by
      hand stands here until it is decided; one whose subscription is declared in auto-approval is approved by
      itself.
    </Empty>
  );
}
