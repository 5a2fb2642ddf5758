import type { Outside, Rule } from "../rule.ts";

/** Only `mooring check` meets such annotations: the API server asks about Services alone. */
export const annotationOutsideService: Rule = {
  id: "annotation-outside-service",
  title: "An Azure annotation where no controller copies it to a Service",
  severity: "warn",
  reads: "manifests other than Services; `mooring check` only",
  needsState: false,
  docs: "The cloud controller reads annotations of Services only. Annotations that an operator copies to a Service (Gateway infrastructure, EnvoyProxy, NginxIngressController, Helm values) are checked like a Service's.",
  check: ({ annotations, outside }) => {
    const why = outside && reason(outside);
    const [field = "metadata.annotations"] = Object.keys(annotations);
    return why ? [{ field, value: annotations[field] ?? "", message: why }] : [];
  },
};

function reason({ kind, path, reach }: Outside): string | undefined {
  if (reach === "text") return `not checked: ${path} mentions it in text that is not a YAML mapping`;
  if (reach === "copied") return undefined;
  const advice =
    kind === "Service" ? "move it to metadata.annotations" : "set it where the Service is defined";
  return `not read: the cloud controller reads annotations of Services, not ${path} of kind ${kind}; ${advice}`;
}
