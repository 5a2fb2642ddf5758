import { Button } from "./Button.tsx";
import { notify } from "./notify.tsx";
import "./facts.css";

/** A value with a button that copies it. */
export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      notify(`${what} copied`);
    } catch {
      // Browsers refuse to copy outside https and without permission; the user can still select the text.
      notify(`The browser blocked copying. Select the ${what.toLowerCase()} and copy it manually`, "warn");
    }
  };
  return (
    <span class="copy">
      <code>{text}</code>
      <Button
        kind="quiet"
        class="button-small"
        aria-label={`Copy ${what.toLowerCase()}`}
        onClick={() => void copy()}
      >
        Copy
      </Button>
    </span>
  );
}
