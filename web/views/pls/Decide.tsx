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
  /** Once it was given, the plan is shown. */
  readonly reason?: string;
}

const VERBS: Readonly<Record<Status, "Approve" | "Reject">> = { Approved: "Approve", Rejected: "Reject" };
const LONGEST_REASON = 200;

/** Approving and rejecting: a reason that the consumer reads, then the plan. `dialog` is to be drawn once, `buttons` per connection. */
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

/** Readers may look at what a decision would do; the plan's dialog does not let them do it. */
function DecideButtons({ connection, onDecide }: DecideButtonsProps) {
  const { isOperator } = useMe();
  if (connection.closed !== undefined) return <Closed why={connection.closed} />;
  if (!isOperator) return <Closed why="An operator decides" />;
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
        label="Why"
        hint="The consumer reads this in Azure, with your name; the journal keeps it."
        most={LONGEST_REASON}
        next="Show the plan"
        onReason={onReason}
        onClose={onClose}
      >
        <WhatIsDecided connection={connection} />
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

function WhatIsDecided({ connection }: { readonly connection: Connection }) {
  const { consumer, pls, service, declared, description } = connection;
  return (
    <dl class="facts">
      <dt>From</dt>
      <dd>{consumer === undefined ? "Azure does not tell whose it is" : <code>{consumer}</code>}</dd>
      <dt>To</dt>
      <dd>
        {pls}
        {service !== undefined && <span class="quiet"> of Service {service}</span>}
      </dd>
      <dt>Declared</dt>
      <dd>
        {declared
          ? "Yes: its subscription is in the Service's auto-approval."
          : "No: its subscription is not in the Service's auto-approval."}
      </dd>
      {description !== "" && (
        <>
          <dt>Azure says</dt>
          <dd>{description}</dd>
        </>
      )}
    </dl>
  );
}
