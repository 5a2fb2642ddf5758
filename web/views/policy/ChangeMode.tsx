import type { TargetedSubmitEvent } from "preact";
import { useState } from "preact/hooks";
import type { ClusterHealth } from "../../../api/model.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Field } from "../../ui/Field.tsx";
import { useMe } from "../../ui/me.ts";
import { Problems } from "../../ui/Problems.tsx";
import { useResource } from "../../ui/useResource.ts";
import { useChange } from "./useChange.ts";

const LONGEST_REASON = 500;

/** Changes the mode of admission for all, or for a cluster, a namespace, or a namespace of a cluster. */
export function ChangeMode({ replaces }: { replaces: string }) {
  const { isOperator } = useMe();
  const [isOpen, setOpen] = useState(false);
  if (!isOperator) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>Change admission mode…</Button>
      {isOpen && <ModeDialog replaces={replaces} onClose={() => setOpen(false)} />}
    </>
  );
}

interface ModeDialogProps {
  replaces: string;
  onClose: () => void;
}

function ModeDialog({ replaces, onClose }: ModeDialogProps) {
  const [mode, setMode] = useState("warn");
  const [cluster, setCluster] = useState("");
  const [namespace, setNamespace] = useState("");
  const [reason, setReason] = useState("");
  const { isBusy, problem, change } = useChange(onClose);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const place = {
      ...(cluster !== "" && { clusters: [cluster] }),
      ...(namespace.trim() !== "" && { namespaces: [namespace.trim()] }),
    };
    void change("PUT", "/policy/admission-mode", { mode, ...place, reason: reason.trim(), replaces });
  };
  return (
    <Dialog title="Change admission mode" onClose={onClose}>
      <form onSubmit={submit}>
        <div class="dialog-body">
          {problem && <Problems problem={problem} />}
          <TextField
            label="Namespace"
            hint="Empty: all namespaces"
            most={253}
            value={namespace}
            onInput={setNamespace}
            isFirst
          />
          <ClusterField value={cluster} onChange={setCluster} />
          <ModeField value={mode} onChange={setMode} />
          <TextField
            label="Reason"
            hint="Recorded in the history of the policy."
            most={LONGEST_REASON}
            value={reason}
            onInput={setReason}
            isRequired
          />
        </div>
        <footer class="dialog-foot">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={reason.trim() === "" || isBusy}>
            Apply
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

interface TextFieldProps {
  label: string;
  hint: string;
  most: number;
  value: string;
  onInput: (value: string) => void;
  isFirst?: boolean;
  isRequired?: boolean;
}

function TextField({ label, hint, most, value, onInput, isFirst, isRequired }: TextFieldProps) {
  return (
    <Field label={label} hint={hint}>
      {(ids) => (
        <input
          {...ids}
          class="input"
          maxLength={most}
          autofocus={isFirst}
          required={isRequired}
          autocomplete="off"
          spellcheck={false}
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface ChoiceProps {
  value: string;
  onChange: (value: string) => void;
}

function ModeField({ value, onChange }: ChoiceProps) {
  return (
    <Field label="Mode" hint="warn: allow what would be refused, and list it. enforce: refuse it.">
      {(ids) => (
        <select {...ids} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          <option value="warn">warn</option>
          <option value="enforce">enforce</option>
        </select>
      )}
    </Field>
  );
}

function ClusterField({ value, onChange }: ChoiceProps) {
  const clusters = useResource<{ items: readonly ClusterHealth[] }>("/clusters");
  const names = clusters.data?.items.map(({ name }) => name) ?? [];
  return (
    <Field label="Cluster">
      {(ids) => (
        <select {...ids} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          <option value="">all clusters</option>
          {names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
