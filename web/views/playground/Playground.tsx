/**
 * The playground, in the sandbox only: shows the verdict of the admission rules on a Service, as kubectl
 * prints it and on the address map. It applies nothing. `#/playground?cluster=NAME&example=ID` starts with
 * that example.
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

const LEAD = "Check a Service against the admission rules. Nothing is applied or claimed.";

export function Playground() {
  const clusters = useResource<{ items: readonly ClusterHealth[] }>("/clusters", { everySeconds: 60 });
  return (
    <Page title="Playground" lead={LEAD}>
      <Resource of={clusters} lines={12}>
        {({ items }) => <Chosen names={existing(items)} />}
      </Resource>
    </Page>
  );
}

/** A deleted cluster admits no Services. */
function existing(clusters: readonly ClusterHealth[]): string[] {
  return clusters.filter(({ state }) => state !== "deleted").map(({ name }) => name);
}

/** Reads the cluster and the example from the route; default: the first of each. */
function Chosen({ names }: { names: readonly string[] }) {
  const [read, change] = useQuery();
  const cluster = names.find((name) => name === read("cluster")) ?? names[0];
  const surroundings = useSurroundings(cluster);
  const example = findExample(read("example"));
  const text = useMemo(() => surroundings && example.write(surroundings), [surroundings, example]);
  if (cluster === undefined) return <Empty title="No clusters registered." />;
  return (
    <Workbench
      // Another example discards the edits; another cluster keeps them.
      key={example.id}
      clusters={names}
      cluster={cluster}
      example={example.id}
      begin={text}
      onChange={change}
    />
  );
}
