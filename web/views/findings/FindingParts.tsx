import type { ComponentChildren } from "preact";
import type { Finding } from "../../../api/model.ts";
import { Time } from "../../ui/Time.tsx";
import { count } from "../../ui/words.ts";

/** Declared, allowed and actual value side by side, as far as the check provides them. */
export function Compared({ finding: { declared, allowed, actual } }: { finding: Finding }) {
  const sides = [
    ["Declared", declared],
    ["Allowed by policy", allowed],
    ["Actual", actual],
  ] as const;
  const present = sides.filter(([, value]) => value !== undefined);
  if (present.length === 0) return null;
  return (
    <dl class="compared">
      {present.map(([title, value]) => (
        <div key={title} class="compared-side">
          <dt>{title}</dt>
          <dd>
            <code>{value === "" ? "(nothing)" : value}</code>
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function Planned({ finding: { planned = [] } }: { finding: Finding }) {
  if (planned.length === 0) return null;
  return (
    <section>
      <h3>Planned changes as of the last audit</h3>
      <pre class="planned" tabIndex={0}>
        {planned.join("\n")}
      </pre>
    </section>
  );
}

/** The history of the finding, oldest first. */
export function History({ finding }: { finding: Finding }) {
  const { firstSeenAtUtc, lastSeenAtUtc, resolvedAtUtc, reopened = 0, acknowledged } = finding;
  return (
    <section>
      <h3>History</h3>
      <dl class="facts">
        <Event title="First seen" utc={firstSeenAtUtc} />
        <Event title="Last seen" utc={lastSeenAtUtc} />
        {reopened > 0 && <Fact title="Reopened">{count(reopened, "time")}</Fact>}
        {acknowledged && (
          <>
            <Fact title="Acknowledged">
              <Time utc={acknowledged.atUtc} /> by {acknowledged.who}: {acknowledged.reason}
            </Fact>
            <Event title="Until" utc={acknowledged.untilUtc} />
          </>
        )}
        {resolvedAtUtc !== undefined && <Event title="Resolved" utc={resolvedAtUtc} />}
        <Fact title="Scope">{finding.scope}</Fact>
        <Fact title="Finding">
          <code>{finding.id}</code>
        </Fact>
      </dl>
    </section>
  );
}

function Event({ title, utc }: { title: string; utc: string }) {
  return (
    <Fact title={title}>
      <Time utc={utc} />
    </Fact>
  );
}

function Fact({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </>
  );
}
