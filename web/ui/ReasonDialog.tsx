import type { ComponentChildren, TargetedSubmitEvent } from "preact";
import { useState } from "preact/hooks";
import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";
import { Field } from "./Field.tsx";

export interface ReasonDialogProps {
  title: string;
  label: string;
  hint: string;
  /** Maximum length that the API accepts. */
  most: number;
  /** Text of the submit button. */
  next: string;
  isBusy?: boolean;
  onReason: (reason: string) => void;
  onClose: () => void;
  /** What the reason refers to. */
  children?: ComponentChildren;
}

/** Requires a reason before it continues. */
export function ReasonDialog(props: ReasonDialogProps) {
  const { title, label, hint, most, next, isBusy = false, onReason, onClose, children } = props;
  const [reason, setReason] = useState("");
  const given = reason.trim();
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (given !== "" && !isBusy) onReason(given);
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit}>
        <div class="dialog-body">
          {children}
          <Field label={label} hint={hint}>
            {(ids) => (
              <textarea
                {...ids}
                class="input"
                rows={2}
                maxLength={most}
                required
                autofocus
                value={reason}
                onInput={(event) => setReason(event.currentTarget.value)}
                onKeyDown={(event) => {
                  // A reason is one sentence: Enter submits, as in a single-line field.
                  if (event.key !== "Enter" || event.shiftKey) return;
                  event.preventDefault();
                  event.currentTarget.form?.requestSubmit();
                }}
              />
            )}
          </Field>
        </div>
        <footer class="dialog-foot">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={given === "" || isBusy}>
            {next}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
