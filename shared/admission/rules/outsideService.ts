import type { Outside, Rule } from "../rule.ts";

/** Only `mooring check` sees such annotations: the API server sends only Services for review. */
export const annotationOutsideService: Rule = {
  id: "annotation-outside-service",
  title: "Azure annotation outside a Service",
  severity: "warn",
  reads: "manifests other than Services; `mooring check` only",
  needsState: false,
  docs: "The cloud controller reads annotations of Services only. Annotations that an operator copies to a Service (Gateway infrastructure, EnvoyProxy, NginxIngressController, Helm values) are checked as if they were on the Service.",
  check: ({ annotations, outside }) => {
    const why = outside && reason(outside);
    const [field = "metadata.annotations"] = Object.keys(annotations);
    return why ? [{ field, value: annotations[field] ?? "", message: why }] : [];
  },
};

function reason({ kind, path, reach }: Outside): string | undefined {
  if (reach === "text") return `not checked: ${path} contains it in text that is not a YAML mapping`;
  if (reach === "copied") return undefined;
  const advice =
    kind === "Service" ? "move it to metadata.annotations" : "set it where the Service is defined";
  return `ignored: the cloud controller reads annotations of Services, not ${path} of kind ${kind}; ${advice}`;
}
