import { KEYS } from "./movement.ts";

export function KeyHelp() {
  return (
    <details class="key-help">
      <summary>Keyboard shortcuts</summary>
      <dl>
        {KEYS.map(({ keys, what }) => (
          <div key={keys}>
            <dt>
              {keys.split(", ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
