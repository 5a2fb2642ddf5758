import { Badge } from "../../ui/Badge.tsx";
import { compareField, type Field, type Item } from "./compareField.ts";
import { fieldName, MARKS } from "./states.ts";

const COLUMNS = [
  ["declared", "Declared"],
  ["allowed", "Allowed by policy"],
  ["actual", "In Azure"],
] as const;

/**
 * All fields side by side, one item per line, so that an empty cell shows a difference. Roles are explicit,
 * because narrow screens display the table as blocks and browsers then drop its semantics.
 */
export function Fields({ fields }: { readonly fields: readonly Field[] }) {
  return (
    <table class="compare" role="table">
      <caption class="unseen">Declared, allowed by policy, and in Azure</caption>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">
            Difference
          </th>
          {COLUMNS.map(([column, title]) => (
            <th key={column} role="columnheader" scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      {fields.map((field) => (
        <FieldRows key={field.field} field={field} />
      ))}
    </table>
  );
}

function FieldRows({ field }: { readonly field: Field }) {
  const items = compareField(field);
  return (
    <tbody role="rowgroup" data-differs={field.differs}>
      <tr role="row" class="compare-field">
        <th role="rowheader" scope="rowgroup" colSpan={4}>
          <span class="compare-name">{fieldName(field.field)}</span>
          {field.differs && <Badge tone="warn">differs</Badge>}
          <span class="quiet">{managedBy(field)}</span>
        </th>
      </tr>
      {items.map((item) => (
        <ItemRow key={item.text} item={item} />
      ))}
      {items.length === 0 && (
        <tr role="row">
          <td role="cell" colSpan={4} class="quiet compare-none">
            No values
          </td>
        </tr>
      )}
    </tbody>
  );
}

function managedBy({ managed, differs, declared }: Field): string {
  if (declared === undefined) return "Not compared: nothing is declared";
  if (managed) return "Enforced by Mooring";
  return differs ? "Report only: policy does not allow Mooring to change it" : "Report only";
}

function ItemRow({ item }: { readonly item: Item }) {
  const { sign, word } = MARKS[item.mark];
  return (
    <tr role="row" class={`compare-item compare-${item.mark}`}>
      <th role="rowheader" scope="row">
        <span class="mark" aria-hidden="true">
          {sign}
        </span>
        <code class="compare-text">{item.text}</code>
        <span class="compare-word">{word}</span>
      </th>
      {COLUMNS.map(([column, title]) => (
        <td role="cell" key={column} data-title={title} data-there={item[column]}>
          {item[column] ? <code>{item.text}</code> : <span class="absent">not set</span>}
        </td>
      ))}
    </tr>
  );
}
