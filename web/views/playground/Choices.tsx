import { Select } from "../../ui/Field.tsx";
import { href } from "../../ui/route.ts";
import { EXAMPLES } from "./examples.ts";

export interface ChoicesProps {
  clusters: readonly string[];
  cluster: string;
  example: string;
  onChange: (changes: Readonly<Record<string, string>>) => void;
}

/** Selects the cluster and an example Service. */
export function Choices({ clusters, cluster, example, onChange }: ChoicesProps) {
  return (
    <div class="filters">
      <Select
        label="Cluster"
        value={cluster}
        options={clusters.map((name) => [name, name] as const)}
        onChange={(cluster) => onChange({ cluster })}
      />
      <nav class="examples" aria-label="Examples">
        {EXAMPLES.map(({ id, title }) => (
          <a
            key={id}
            class="button"
            href={href("playground", undefined, { cluster, example: id })}
            aria-current={id === example ? "true" : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
    </div>
  );
}
