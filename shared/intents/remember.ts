/** Remembers what Services declare. Partition = cluster; key = `namespace/name`. */
import type { Run } from "../ports.ts";
import type { Declared, ServiceKey } from "./model.ts";

export function intentKey({ namespace, name }: Pick<ServiceKey, "namespace" | "name">): string {
  return `${namespace}/${name}`;
}

/** Admission's news replaces whatever was known. */
export async function remember(run: Run, declared: Declared): Promise<void> {
  await run.ports.tables.intents.transact(declared.cluster, [
    { do: "put", key: intentKey(declared), value: declared },
  ]);
}

/** Every declaration of a cluster, deleted ones included: whoever reads decides what a deletion mark means. */
export async function listDeclared(run: Run, cluster: string): Promise<Declared[]> {
  const rows = await Array.fromAsync(run.ports.tables.intents.list(cluster));
  return rows.map(({ value }) => value);
}
