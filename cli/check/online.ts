/** Verdicts of an app that has the inventory and the policy. */
import type { Judged } from "../../shared/admission/judge.ts";
import type { Manifest } from "../../shared/admission/manifests/manifest.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { MOST_MANIFESTS } from "../../api/model.ts";
import type { Api } from "../api/operations.ts";

export interface Asking {
  readonly cluster: string;
  readonly manifests: readonly Manifest[];
  readonly old: readonly Manifest[];
  /** A policy document to use instead of the active one. */
  readonly policy?: Record<string, unknown> | undefined;
}

/** @throws InvalidInput for too many Services · ApiFailure */
export async function judgeOnline(api: Api, { cluster, manifests, old, policy }: Asking): Promise<Judged[]> {
  const count = Math.max(manifests.length, old.length);
  if (count > MOST_MANIFESTS)
    throw new InvalidInput(
      `${count} Services: at most ${MOST_MANIFESTS} can be checked together; name fewer files, or use --offline`,
    );
  const body = { cluster, manifests: manifests.map(withoutFile), old: old.map(withoutFile), policy };
  const { verdicts } = await api.call("checkServices", { body });
  return verdicts.flatMap(({ manifest: index, decision, findings }) => {
    const manifest = manifests[index];
    return manifest ? [{ ...judgedOf(manifest), decision, findings: findings.map(placed(manifest)) }] : [];
  });
}

function withoutFile({ service, outside }: Manifest) {
  return { service, ...(outside && { outside }) };
}

function judgedOf(manifest: Manifest): Omit<Judged, "decision" | "findings"> {
  return { ...withoutFile(manifest), position: manifest.position("") };
}

/** Adds the position of the field in the file. */
function placed(manifest: Manifest) {
  return <F extends { readonly field: string }>(finding: F) => ({
    ...finding,
    position: manifest.position(finding.field),
  });
}
