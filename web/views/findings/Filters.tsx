import type { Finding } from "../../../api/model.ts";
import { Search, Select } from "../../ui/Field.tsx";
import { useQuery } from "../../ui/route.ts";
import { count } from "../../ui/words.ts";
import { STATES, type Filter } from "./filter.ts";

interface FiltersProps {
  filter: Filter;
  all: readonly Finding[];
  shown: number;
}

const SEVERITIES = [
  ["", "any"],
  ["error", "error"],
  ["warning", "warning"],
  ["info", "info"],
] as const;
const GROUPS = [
  ["", "none"],
  ["check", "check"],
  ["cluster", "cluster"],
  ["scope", "scope"],
] as const;

export function Filters({ filter, all, shown }: FiltersProps) {
  const [, change] = useQuery();
  return (
    <div class="filters" role="group" aria-label="Filters">
      <Search label="Search findings" value={filter.text} onChange={(text) => change({ text })} />
      <Select
        label="State"
        value={filter.state}
        options={STATES.map((state) => [state, state] as const)}
        onChange={(state) => change({ state: state === "open" ? "" : state })}
      />
      <Select
        label="Severity"
        value={filter.severity}
        options={SEVERITIES}
        onChange={(severity) => change({ severity })}
      />
      <Select
        label="Check"
        value={filter.check}
        options={choices(
          all.map(({ check }) => check),
          filter.check,
        )}
        onChange={(check) => change({ check })}
      />
      <Select
        label="Cluster"
        value={filter.cluster}
        options={choices(
          all.flatMap(({ cluster }) => cluster ?? []),
          filter.cluster,
        )}
        onChange={(cluster) => change({ cluster })}
      />
      <Select
        label="Group by"
        value={filter.group}
        options={GROUPS}
        onChange={(group) => change({ group })}
      />
      <span class="quiet number" role="status">
        {count(shown, "finding")}
      </span>
    </div>
  );
}

/** The existing values, and the selected one even if no finding has it now. */
function choices(values: readonly string[], chosen: string): (readonly [string, string])[] {
  const some = new Set(chosen === "" ? values : [...values, chosen]);
  return [["", "any"], ...[...some].sort().map((value) => [value, value] as const)];
}
