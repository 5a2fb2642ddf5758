import type { JournalEntry } from "../../../api/model.ts";
import { Search, Select } from "../../ui/Field.tsx";
import { useQuery } from "../../ui/route.ts";
import { count } from "../../ui/words.ts";
import type { Filter } from "./filter.ts";

interface FiltersProps {
  filter: Filter;
  all: readonly JournalEntry[];
  shown: number;
}

export function Filters({ filter, all, shown }: FiltersProps) {
  const [, change] = useQuery();
  const choose = (name: "capability" | "outcome" | "who", title: string, values: readonly string[]) => (
    <Select
      label={title}
      value={filter[name]}
      options={choices(values, filter[name])}
      onChange={(value) => change({ [name]: value })}
    />
  );
  return (
    <div class="filters" role="group" aria-label="Filters">
      <Search
        label="Search resource id"
        value={filter.resource}
        onChange={(resource) => change({ resource })}
      />
      {choose(
        "capability",
        "Capability",
        all.map((entry) => entry.change.capability),
      )}
      {choose(
        "outcome",
        "Outcome",
        all.map(({ outcome }) => outcome),
      )}
      {choose(
        "who",
        "Actor",
        all.map(({ who }) => who),
      )}
      <span class="quiet number" role="status">
        {count(shown, "entry", "entries")}
      </span>
    </div>
  );
}

function choices(values: readonly string[], chosen: string): (readonly [string, string])[] {
  const some = new Set(chosen === "" ? values : [...values, chosen]);
  return [["", "any"], ...[...some].sort().map((value) => [value, value] as const)];
}
