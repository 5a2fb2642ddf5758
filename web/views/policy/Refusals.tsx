import type { Page, Refusal } from "../../../api/model.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Card } from "../../ui/Card.tsx";
import { Select } from "../../ui/Field.tsx";
import { Panel, Split } from "../../ui/Panel.tsx";
import { Empty, Resource } from "../../ui/Resource.tsx";
import { href, useQuery, useRoute } from "../../ui/route.ts";
import { Table, type Column } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";
import { useResource } from "../../ui/useResource.ts";
import { count, sentence } from "../../ui/words.ts";

const MOST = 1000;
const MODES = [
  ["", "any"],
  ["warn", "would be refused"],
  ["enforce", "refused"],
] as const;

const serviceOf = ({ cluster, namespace, name }: Refusal) => `${cluster}/${namespace}/${name}`;
const keyOf = (refusal: Refusal) => `${serviceOf(refusal)} ${refusal.atUtc}`;
const messagesOf = ({ reasons }: Refusal) => reasons.map(({ message }) => message).join("; ");

const COLUMNS: readonly Column<Refusal>[] = [
  {
    key: "when",
    title: "Time",
    width: "7rem",
    cell: ({ atUtc }) => <Time utc={atUtc} />,
    sortBy: ({ atUtc }) => atUtc,
  },
  {
    key: "service",
    title: "Service",
    isPrimary: true,
    cell: (refusal) => <span title={serviceOf(refusal)}>{serviceOf(refusal)}</span>,
    sortBy: serviceOf,
  },
  {
    key: "result",
    title: "Result",
    width: "9rem",
    cell: ({ mode }) =>
      mode === "warn" ? <Badge tone="warn">would be refused</Badge> : <Badge tone="error">refused</Badge>,
    sortBy: ({ mode }) => mode,
  },
  {
    key: "rules",
    title: "Rules",
    cell: ({ reasons }) => [...new Set(reasons.map(({ rule = "unreadable" }) => rule))].join(", "),
  },
  {
    key: "why",
    title: "Reason",
    width: "minmax(0, 2fr)",
    cell: (refusal) => <span title={messagesOf(refusal)}>{messagesOf(refusal)}</span>,
  },
];

/** What admission refused, or would have refused, within 30 days. */
export function Refusals() {
  const { query } = useRoute();
  const [read, change] = useQuery();
  const [mode, open] = [read("mode"), read("refusal")];
  const hrefWith = (refusal?: string) => href("policy", undefined, { ...Object.fromEntries(query), refusal });
  const panelOf = (refusal: Refusal | undefined) =>
    refusal && <RefusalPanel refusal={refusal} closeHref={hrefWith()} />;
  const filter = mode === "" ? "" : `&mode=${encodeURIComponent(mode)}`;
  const refusals = useResource<Page<Refusal>>(`/refusals?limit=${MOST}${filter}`);
  return (
    <Card title="Refused Services" class="policy-refusals">
      <div class="filters" role="group" aria-label="Filters">
        <Select label="Result" value={mode} options={MODES} onChange={(value) => change({ mode: value })} />
        {refusals.data && (
          <span class="quiet number" role="status">
            {refusals.data.continuation === undefined
              ? count(refusals.data.items.length, "Service")
              : `the newest ${count(MOST, "Service")}`}
          </span>
        )}
      </div>
      <Resource of={refusals} lines={4}>
        {({ items }) => (
          <Split panel={panelOf(items.find((one) => keyOf(one) === open))}>
            <Table
              caption="Refused Services"
              columns={COLUMNS}
              rows={items}
              keyOf={keyOf}
              hrefOf={(refusal) => hrefWith(keyOf(refusal))}
              current={open}
              empty={<Nothing mode={mode} />}
            />
          </Split>
        )}
      </Resource>
    </Card>
  );
}

/** Each reason in full. */
function RefusalPanel({ refusal, closeHref }: { refusal: Refusal; closeHref: string }) {
  const { operation, mode, atUtc, reasons } = refusal;
  return (
    <Panel title={serviceOf(refusal)} closeHref={closeHref}>
      <p>
        {operation} <Time utc={atUtc} />: {mode === "warn" ? "allowed, would be refused" : "refused"}
      </p>
      <ul class="policy-reasons">
        {reasons.map(({ rule, field, message }, index) => (
          <li key={index}>
            {rule !== undefined && <strong>{rule}</strong>} {field !== undefined && <code>{field}</code>}
            <p>{sentence(message)}</p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Nothing({ mode }: { mode: string }) {
  return (
    <Empty title={mode === "warn" ? "No Service would be refused." : "No Service was refused."}>
      Mooring lists the last refusal of each Service and day here, for 30 days.
    </Empty>
  );
}
