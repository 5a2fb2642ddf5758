import { useMemo } from "preact/hooks";
import type { ComponentChildren } from "preact";
import type { Connection } from "../../../api/model.ts";
import { Badge } from "../../ui/Badge.tsx";
import { href } from "../../ui/route.ts";
import { type Column, Table } from "../../ui/Table.tsx";
import { useDeciding } from "./Decide.tsx";
import { CONNECTION_STATES, connectionState } from "./states.ts";

export interface ConnectionListProps {
  readonly connections: readonly Connection[];
  /** Set if the connections belong to several Private Link Services. */
  readonly showPls?: boolean;
  readonly empty?: ComponentChildren;
}

/** Private endpoint connections with approve and reject buttons. */
export function ConnectionList({ connections, showPls = false, empty }: ConnectionListProps) {
  const { buttons, dialog } = useDeciding();
  const columns = useMemo(() => columnsOf(showPls, buttons), [showPls]);
  return (
    <>
      <Table
        caption="Private endpoint connections"
        columns={columns}
        rows={connections}
        keyOf={({ key }) => key}
        empty={empty ?? <p class="quiet">No private endpoint connections.</p>}
      />
      {dialog}
    </>
  );
}

function columnsOf(
  showPls: boolean,
  buttons: (connection: Connection) => ComponentChildren,
): readonly Column<Connection>[] {
  return [
    {
      key: "status",
      title: "Status",
      width: "7.5rem",
      cell: ({ status }) => {
        const { tone, text } = connectionState(status);
        return <Badge tone={tone}>{text}</Badge>;
      },
      sortBy: ({ status }) => Object.keys(CONNECTION_STATES).indexOf(status),
    },
    {
      key: "name",
      title: "Connection name",
      width: "minmax(0, 1.3fr)",
      isPrimary: true,
      cell: ({ name }) => <span title={name}>{name}</span>,
      sortBy: ({ name }) => name,
    },
    ...(showPls ? [PLS] : []),
    {
      key: "consumer",
      title: "Consumer",
      width: "minmax(0, 1.5fr)",
      cell: ({ consumer }) => <Consumer subscription={consumer} />,
      sortBy: ({ consumer = "" }) => consumer,
    },
    {
      key: "declared",
      title: "Pre-approved",
      width: "7rem",
      from: 900,
      cell: ({ declared }) => (declared ? "yes" : "no"),
      sortBy: ({ declared }) => (declared ? 0 : 1),
    },
    {
      key: "description",
      title: "Request message",
      width: "9rem",
      cell: ({ description }) => <span title={description}>{description}</span>,
    },
    { key: "decide", title: "Actions", width: "11rem", cell: buttons },
  ];
}

function Consumer({ subscription }: { readonly subscription: string | undefined }) {
  if (subscription === undefined) return <i>not reported by Azure</i>;
  return <code title={subscription}>{subscription}</code>;
}

const PLS: Column<Connection> = {
  key: "pls",
  title: "PLS",
  cell: ({ pls, plsKey, service }) => (
    <a href={href("pls", plsKey)} title={service}>
      {pls}
    </a>
  ),
  sortBy: ({ pls }) => pls,
};
