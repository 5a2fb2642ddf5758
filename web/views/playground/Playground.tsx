/**
 * The playground, in the sandbox only: a Service is written, and shown is what the gate would say of it, as kubectl prints it and as
 * the map shows it. It asks and never applies. `#/playground?cluster=NAME&example=ID` begins with that example.
 */
import { useMemo } from "preact/hooks";
import type { ClusterHealth } from "../../../api/model.ts";
import { Page } from "../../ui/Page.tsx";
import { Empty, Resource } from "../../ui/Resource.tsx";
import { useQuery } from "../../ui/route.ts";
import { useResource } from "../../ui/useResource.ts";
import { findExample } from "./examples.ts";
import { Workbench } from "./Workbench.tsx";
import { useSurroundings } from "./useSurroundings.ts";
import "../subnets/map.css";
import "./playground.css";

const LEAD = "What Mooring would say of a Service. Nothing is applied, nothing is claimed.";

export function Playground() {
  const clusters = useResource<{ items: readonly ClusterHealth[] }>("/clusters", { everySeconds: 60 });
  return (
    <Page title="Playground" lead={LEAD}>
      <Resource of={clusters} lines={12}>
        {({ items }) => <Chosen names={living(items)} />}
      </Resource>
    </Page>
  );
}

/** Nobody applies anything in a cluster that is gone. */
function living(clusters: readonly ClusterHealth[]): string[] {
  return clusters.filter(({ state }) => state !== "gone").map(({ name }) => name);
}

/** With a cluster and an example chosen, by the page's address or as the first there is. */
function Chosen({ names }: { names: readonly string[] }) {
  const [read, change] = useQuery();
  const cluster = names.find((name) => name === read("cluster")) ?? names[0];
  const surroundings = useSurroundings(cluster);
  const example = findExample(read("example"));
  const text = useMemo(() => surroundings && example.write(surroundings), [surroundings, example]);
  if (cluster === undefined) return <Empty title="No cluster is registered, so there is nobody to ask as." />;
  return (
    <Workbench
      // Another example begins anew; what was edited is kept for another cluster.
      key={example.id}
      clusters={names}
      cluster={cluster}
      example={example.id}
      begin={text}
      onChange={change}
    />
  );
}
