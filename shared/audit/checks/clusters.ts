import { CERTIFICATE_NEAR_DAYS } from "../../declarations/certificate.ts";
import { foreignAdvice } from "../../declarations/identity.ts";
import { defineCheck } from "../check.ts";

export const clusterSilent = defineCheck({
  id: "cluster-silent",
  title: "A cluster has stopped reporting its Services",
  severity: "warning",
  docs: "Mooring needs current reports of a cluster to prove orphans and to repair drift. Without them it changes nothing of the cluster.",
  on: "cluster",
  check: ({ view: { state, cluster, feed }, confirmedMinutes, staleMinutes }) => {
    if (state === "gone" || (confirmedMinutes !== undefined && confirmedMinutes <= staleMinutes))
      return undefined;
    const problem = feed?.problem ? `; last error of the sender: ${feed.problem.message}` : "";
    const since =
      confirmedMinutes === undefined
        ? "the cluster has never sent a complete list of its Services"
        : `the cluster last confirmed its Services at ${feed?.confirmed?.atUtc}, more than ${staleMinutes} minutes ago`;
    return {
      about: cluster.name,
      cluster: cluster.name,
      message: `${since}${problem}`,
      advice: "check the sender in the cluster: kubectl -n mooring logs deployment/mooring-declarations",
    };
  },
});

export const clusterForeignList = defineCheck({
  id: "cluster-foreign-list",
  title: "Another cluster sends its list with this cluster's token",
  severity: "error",
  docs: "Mooring refuses such a list. It deletes nothing of the cluster while such lists arrive.",
  on: "cluster",
  check: ({ view: { state, cluster, feed } }) => {
    const refused = feed?.refused;
    if (state === "gone" || !refused) return undefined;
    return {
      about: cluster.name,
      cluster: cluster.name,
      message: `Mooring refused ${refused.count} ${refused.count === 1 ? "list" : "lists"} with identity ${refused.identity}${refused.holder === undefined ? "" : ` of cluster ${refused.holder}`}, the last one at ${refused.atUtc}; the cluster is bound to ${cluster.identity?.uid ?? "no identity"}`,
      advice: foreignAdvice(cluster.name, refused),
    };
  },
});

export const webhookSilent = defineCheck({
  id: "cluster-webhook-silent",
  title: "A cluster's admission webhook no longer calls Mooring",
  severity: "error",
  docs: "The cluster reported Services that were not sent to the admission webhook: they were created without a check, and their addresses were not claimed in advance.",
  on: "cluster",
  check: ({ view }) => {
    const missed = view.feed?.unannounced;
    if (view.state === "gone" || !missed) return undefined;
    const isAnnounced = view.declared.some(
      ({ strength, observedAtUtc }) => strength === "proposal" && observedAtUtc > missed.lastAtUtc,
    );
    if (isAnnounced || (view.feed?.admittedAtUtc ?? "") > missed.lastAtUtc) return undefined;
    return {
      about: view.cluster.name,
      cluster: view.cluster.name,
      message: `the cluster reported ${missed.count} ${missed.count === 1 ? "change" : "changes"} of Services that the admission webhook did not receive, for example ${missed.example} (last at ${missed.lastAtUtc})`,
      advice:
        "check the webhook configuration, the pods of the relay and their token: kubectl get validatingwebhookconfigurations; mooring clusters rotate creates a new token",
    };
  },
});

export const relayFailing = defineCheck({
  id: "cluster-relay-failing",
  title: "A cluster's relay does not return a valid answer",
  severity: "error",
  docs: "The sender probes the relay in the same way as the API server calls it: if the probe fails, admission requests fail too.",
  on: "cluster",
  check: ({ view: { state, cluster, feed } }) => {
    const verdict = feed?.webhook?.verdict ?? "ok";
    if (state === "gone" || verdict === "ok") return undefined;
    return {
      about: cluster.name,
      cluster: cluster.name,
      message: `the probe of the relay from inside the cluster failed: ${verdict} (last probe at ${feed?.webhook?.atUtc})`,
      advice:
        "check the pods and the log of the relay: kubectl -n mooring get pods; kubectl -n mooring logs deployment/mooring-relay",
    };
  },
});

export const relayCertificateExpiring = defineCheck({
  id: "cluster-relay-certificate-expiring",
  title: "The certificate of a cluster's relay expires soon",
  severity: "warning",
  docs: "After the certificate expires the API server cannot call the relay: depending on `failurePolicy`, Services are created without admission or refused.",
  on: "cluster",
  check: ({ view: { state, cluster, feed }, certificateDaysLeft }) => {
    if (state === "gone" || certificateDaysLeft === undefined) return undefined;
    if (certificateDaysLeft >= CERTIFICATE_NEAR_DAYS) return undefined;
    const expires = certificateDaysLeft > 0 ? "expires" : "expired";
    return {
      about: cluster.name,
      cluster: cluster.name,
      message: `the certificate of the relay ${expires} at ${feed?.webhook?.certificateEndsAtUtc}`,
      advice: `create a new one with mooring clusters rotate ${cluster.name} --url …; with cert-manager check the Certificate mooring-relay`,
    };
  },
});

export const clusterDeleted = defineCheck({
  id: "cluster-deleted",
  title: "A registered cluster was deleted",
  severity: "warning",
  docs: "The sweep removes the resources that the cluster left behind only while the cluster stays registered.",
  on: "cluster",
  check: ({ view }) => {
    if (view.state !== "gone") return undefined;
    return {
      about: view.cluster.name,
      cluster: view.cluster.name,
      message: `managed cluster ${view.cluster.resourceId} does not exist`,
      advice:
        "keep the cluster registered until the sweep has removed its orphans, then run mooring clusters remove",
    };
  },
});

export const clusterUnreadable = defineCheck({
  id: "cluster-unreadable",
  title: "Mooring cannot determine whether a registered cluster exists",
  severity: "warning",
  docs: "The cluster cannot be read, or Azure reports contradictory facts about it. Mooring then proves and deletes nothing of the cluster.",
  on: "cluster",
  check: ({ view }) => {
    if (view.state !== "unknown") return undefined;
    return {
      about: view.cluster.name,
      cluster: view.cluster.name,
      message: view.doubt ?? `managed cluster ${view.cluster.resourceId} could not be read`,
      advice: "correct the registration, or give Mooring's identity the role Reader on the managed cluster",
    };
  },
});

export const clusterContradicted = defineCheck({
  id: "cluster-contradicted",
  title: "Two registrations, or their lists, contradict each other",
  severity: "error",
  docs: "A managed cluster, a node resource group, an identity and a Service belong to one registration. If two registrations claim the same one, Mooring cannot determine which cluster's Services own the resources, and deletes nothing of either cluster.",
  on: "cluster",
  check: ({ view: { cluster }, contradictions = [] }) => {
    if (contradictions.length === 0) return undefined;
    return {
      about: cluster.name,
      cluster: cluster.name,
      message: contradictions.map(({ message }) => message).join("; "),
      advice: [...new Set(contradictions.map(({ advice }) => advice))].join("; "),
    };
  },
});
