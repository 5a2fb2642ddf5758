import { Button } from "./Button.tsx";
import { notify } from "./notify.tsx";
import "./facts.css";

/** A value to be handed on, with a button that copies it. */
export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      notify(`${what} copied`);
    } catch {
      // Browsers refuse it outside https and without permission; the text can still be selected.
      notify(`The browser does not let this page copy: select the ${what.toLowerCase()} by hand`, "warn");
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
