import { useState } from "preact/hooks";
import type {
  PolicyChange,
  PolicyDifference,
  PolicyVersion,
  PolicyVersionDetail,
} from "../../../api/model.ts";
import { Button } from "../../ui/Button.tsx";
import { Card } from "../../ui/Card.tsx";
import { Lines } from "../../ui/Lines.tsx";
import { useMe } from "../../ui/me.ts";
import { Panel, Split } from "../../ui/Panel.tsx";
import { Problems } from "../../ui/Problems.tsx";
import { ReasonDialog } from "../../ui/ReasonDialog.tsx";
import { Empty, Resource } from "../../ui/Resource.tsx";
import { href, useRoute } from "../../ui/route.ts";
import { Table, type Column } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";
import { useList, useResource } from "../../ui/useResource.ts";
import { useChange } from "./useChange.ts";

const LONGEST_REASON = 500;

const COLUMNS: readonly Column<PolicyVersion>[] = [
  {
    key: "when",
    title: "Applied",
    width: "8rem",
    isPrimary: true,
    cell: ({ version }) => <Time utc={version} />,
  },
  { key: "who", title: "Actor", cell: ({ who = "" }) => who, sortBy: ({ who = "" }) => who },
  {
    key: "reason",
    title: "Reason",
    width: "minmax(0, 2fr)",
    cell: ({ reason = "", restores }) =>
      restores === undefined ? reason : `Rollback to ${restores}: ${reason}`,
  },
];

/** Every policy that was applied, newest first; `#/policy/VERSION` opens one. */
export function History({ active }: { active: string }) {
  const { key, query } = useRoute();
  const versions = useList<PolicyVersion>("/policy/versions");
  return (
    <Card title="History">
      <Split
        panel={
          key !== undefined && (
            <VersionPanel version={key} active={active} closeHref={href("policy", undefined, query)} />
          )
        }
      >
        <Resource of={versions} lines={4}>
          {(rows) => (
            <Table
              caption="History"
              columns={COLUMNS}
              rows={rows}
              keyOf={({ version }) => version}
              hrefOf={({ version }) => href("policy", version, query)}
              current={key}
              empty={
                <Empty title="No policy was applied yet.">
                  <code>mooring policy apply</code> applies one.
                </Empty>
              }
            />
          )}
        </Resource>
      </Split>
    </Card>
  );
}

interface VersionPanelProps {
  version: string;
  active: string;
  closeHref: string;
}

function VersionPanel({ version, active, closeHref }: VersionPanelProps) {
  const found = useResource<PolicyVersionDetail>(`/policy/versions/${encodeURIComponent(version)}`);
  return (
    <Panel title="Policy version" closeHref={closeHref}>
      <Resource of={found}>
        {({ who = "unknown", reason = "", differences }) => (
          <>
            <dl class="facts">
              <dt>Applied</dt>
              <dd>
                <Time utc={version} />
              </dd>
              <dt>Actor</dt>
              <dd>{who}</dd>
              <dt>Reason</dt>
              <dd>{reason}</dd>
            </dl>
            <h3>Compared with the version before it</h3>
            <Differences of={differences} />
            {version === active ? (
              <p class="quiet">This version is active.</p>
            ) : (
              <Rollback version={version} active={active} />
            )}
          </>
        )}
      </Resource>
    </Panel>
  );
}

function Differences({ of }: { of: readonly PolicyDifference[] }) {
  if (of.length === 0) return <p class="quiet">No changes.</p>;
  return (
    <div class="plan">
      <Lines lines={of} />
    </div>
  );
}

function Rollback({ version, active }: { version: string; active: string }) {
  const { isOperator } = useMe();
  const [shown, setShown] = useState<PolicyChange>();
  const { isBusy, problem, plan, change } = useChange(() => setShown(undefined));
  if (!isOperator) return null;
  const path = "/policy/rollback";
  const body = { version, replaces: active };
  const show = async () => setShown(await plan(path, { ...body, reason: "shown before the rollback" }));
  return (
    <div class="actions">
      <Button onClick={() => void show()}>Roll back to this version…</Button>
      {!shown && problem && <Problems problem={problem} />}
      {shown && (
        <ReasonDialog
          title="Roll back the policy"
          label="Reason"
          hint="Recorded in the history of the policy."
          most={LONGEST_REASON}
          next="Roll back"
          isBusy={isBusy}
          onReason={(reason) => void change("POST", path, { ...body, reason })}
          onClose={() => setShown(undefined)}
        >
          {problem && <Problems problem={problem} />}
          <Differences of={shown.differences} />
          {shown.warnings.map((warning) => (
            <p key={warning} class="callout tone-warn">
              {warning}
            </p>
          ))}
        </ReasonDialog>
      )}
    </div>
  );
}
