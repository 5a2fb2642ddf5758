import type { ActivePolicy, AdmissionMode } from "../../../api/model.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Card } from "../../ui/Card.tsx";

/** The settings of a document that decide about the mode. */
interface Modes {
  readonly modes?: { readonly admission?: AdmissionMode };
  readonly overrides?: readonly {
    readonly clusters?: readonly string[];
    readonly namespaces?: readonly string[];
    readonly modes?: { readonly admission?: AdmissionMode };
  }[];
}

/** The mode of admission for all, and each exception; the last one that matches decides. */
export function AdmissionModes({ document }: Pick<ActivePolicy, "document">) {
  const { modes, overrides = [] } = document as Modes;
  const exceptions = overrides.flatMap(({ clusters, namespaces, modes: own }) =>
    own?.admission ? [{ place: placeOf(clusters, namespaces), mode: own.admission }] : [],
  );
  return (
    <Card title="Admission mode">
      <dl class="facts">
        <dt>All clusters and namespaces</dt>
        <dd>
          <ModeBadge mode={modes?.admission ?? "enforce"} />
        </dd>
        {exceptions.map(({ place, mode }, index) => (
          <Exception key={index} place={place} mode={mode} />
        ))}
      </dl>
      <p class="hint">
        In warn mode Mooring allows what it would refuse, and lists it below.
        {exceptions.length > 1 && " The last entry that matches decides."}
      </p>
    </Card>
  );
}

function Exception({ place, mode }: { place: string; mode: AdmissionMode }) {
  return (
    <>
      <dt>{place}</dt>
      <dd>
        <ModeBadge mode={mode} />
      </dd>
    </>
  );
}

function ModeBadge({ mode }: { mode: AdmissionMode }) {
  return <Badge tone={mode === "enforce" ? "info" : "warn"}>{mode}</Badge>;
}

function placeOf(clusters: readonly string[] | undefined, namespaces: readonly string[] | undefined): string {
  const parts = [
    ...(namespaces
      ? [`${namespaces.length === 1 ? "Namespace" : "Namespaces"} ${namespaces.join(", ")}`]
      : []),
    ...(clusters ? [`${clusters.length === 1 ? "cluster" : "clusters"} ${clusters.join(", ")}`] : []),
  ];
  const text = parts.join(" in ");
  return text === "" ? "All clusters and namespaces" : text.charAt(0).toUpperCase() + text.slice(1);
}
