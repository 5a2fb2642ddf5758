import { useState } from "preact/hooks";
import type { Connection, Decision } from "../../../api/model.ts";
import { Button } from "../../ui/Button.tsx";
import { useMe } from "../../ui/me.ts";
import { notify } from "../../ui/notify.tsx";
import { PlanDialog } from "../../ui/PlanDialog.tsx";
import { ReasonDialog } from "../../ui/ReasonDialog.tsx";

type Status = Decision["status"];

interface Deciding {
  readonly connection: Connection;
  readonly status: Status;
  /** Set after the first step; the plan is then shown. */
  readonly reason?: string;
}

const VERBS: Readonly<Record<Status, "Approve" | "Reject">> = { Approved: "Approve", Rejected: "Reject" };
const LONGEST_REASON = 200;

/**
 * Approves or rejects: first a reason that the consumer can read, then the plan. Render `dialog` once and
 * `buttons` per connection.
 */
export function useDeciding() {
  const [deciding, setDeciding] = useState<Deciding>();
  const close = () => setDeciding(undefined);
  return {
    buttons: (connection: Connection) => (
      <DecideButtons connection={connection} onDecide={(status) => setDeciding({ connection, status })} />
    ),
    dialog: deciding && (
      <DecideDialog
        {...deciding}
        onReason={(reason) => setDeciding({ ...deciding, reason })}
        onClose={close}
      />
    ),
  };
}

interface DecideButtonsProps {
  readonly connection: Connection;
  readonly onDecide: (status: Status) => void;
}

/** Readers see why they cannot decide. */
function DecideButtons({ connection, onDecide }: DecideButtonsProps) {
  const { isOperator } = useMe();
  if (connection.closed !== undefined) return <Closed why={connection.closed} />;
  if (!isOperator) return <Closed why="Requires Mooring.Operator" />;
  const offered = (["Approved", "Rejected"] as const).filter((status) => status !== connection.status);
  return (
    <span class="decide">
      {offered.map((status) => (
        <Button
          key={status}
          class="button-small"
          aria-label={`${VERBS[status]} ${connection.name}`}
          onClick={() => onDecide(status)}
        >
          {VERBS[status]}
        </Button>
      ))}
    </span>
  );
}

function Closed({ why }: { readonly why: string }) {
  return (
    <span class="quiet closed" title={why}>
      {why}
    </span>
  );
}

interface DecideDialogProps extends Deciding {
  readonly onReason: (reason: string) => void;
  readonly onClose: () => void;
}

function DecideDialog({ connection, status, reason, onReason, onClose }: DecideDialogProps) {
  const title = `${VERBS[status]} ${connection.name}`;
  if (reason === undefined)
    return (
      <ReasonDialog
        title={title}
        label="Reason"
        hint="The consumer sees the reason and your name in Azure. Mooring records both in the journal."
        most={LONGEST_REASON}
        next="Review change"
        onReason={onReason}
        onClose={onClose}
      >
        <Request connection={connection} />
      </ReasonDialog>
    );
  return (
    <PlanDialog
      title={title}
      method="POST"
      path={`/connections/${connection.key}/decision`}
      body={{ status, reason } satisfies Decision}
      confirm={VERBS[status]}
      onDone={({ applied }) => {
        if (applied?.every(({ outcome }) => outcome === "applied"))
          notify(`${connection.name} is ${status.toLowerCase()}`);
      }}
      onClose={onClose}
    />
  );
}

function Request({ connection }: { readonly connection: Connection }) {
  const { consumer, pls, service, declared, description } = connection;
  return (
    <dl class="facts">
      <dt>Consumer</dt>
      <dd>{consumer === undefined ? "not reported by Azure" : <code>{consumer}</code>}</dd>
      <dt>Private Link Service</dt>
      <dd>
        {pls}
        {service !== undefined && <span class="quiet"> of Service {service}</span>}
      </dd>
      <dt>Pre-approved</dt>
      <dd>
        {declared
          ? "Yes: the subscription is in the auto-approval list of the Service."
          : "No: the subscription is not in the auto-approval list of the Service."}
      </dd>
      {description !== "" && (
        <>
          <dt>Request message</dt>
          <dd>{description}</dd>
        </>
      )}
    </dl>
  );
}
