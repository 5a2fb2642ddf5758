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

/** Value of the status filter in the route; `""` means pending. */
const ALL = "all";

/** Approval of private endpoint connections. */
export function ConnectionsPage() {
  const connections = useList<Connection>("/connections");
  const pending = connections.data?.filter(({ status }) => status === "Pending").length;
  return (
    <Page title="Private Link Services" lead="Approve or reject private endpoint connections of consumers.">
      <PlsTabs at="connections" pending={pending} />
      <Resource of={connections} lines={8} empty={<NothingYet />}>
        {(connections) => <Inbox connections={connections} />}
      </Resource>
    </Page>
  );
}

function Inbox({ connections }: { readonly connections: readonly Connection[] }) {
  const [read, change] = useQuery();
  const [text, filter] = [read("text"), read("status")];
  const status = filter === ALL ? "" : filter === "" ? "Pending" : filter;
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
            <Empty title="No pending approvals.">Set Status to “any” to see all connections.</Empty>
          ) : (
            <Empty title="No private endpoint connections match these filters.">
              Remove a filter to see more.
            </Empty>
          )
        }
      />
    </>
  );
}

function NothingYet() {
  return (
    <Empty title="No pending approvals.">
      No consumer has a private endpoint on a Private Link Service of a registered cluster. New requests
      appear here until an operator approves or rejects them. Connections from subscriptions in the
      auto-approval list of the Service are approved automatically.
    </Empty>
  );
}
