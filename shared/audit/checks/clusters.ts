import { CERTIFICATE_NEAR_DAYS } from "../../declarations/certificate.ts";
import { defineCheck } from "../check.ts";

export const clusterSilent = defineCheck({
  id: "cluster-silent",
  title: "A cluster has not reported its Services for long",
  severity: "warn",
  docs: "What a cluster declares is known from its reports; without them nothing of it can be proved an orphan, and drift is not repaired.",
  on: "cluster",
  check: ({ view: { state, cluster, feed }, confirmedMinutes, staleMinutes }) => {
    if (state === "gone" || (confirmedMinutes !== undefined && confirmedMinutes <= staleMinutes))
      return undefined;
    const problem = feed?.problem ? `; the sender's last problem: ${feed.problem.message}` : "";
    const since =
      confirmedMinutes === undefined
        ? "the cluster never sent a complete list of its Services"
        : `the cluster confirmed its Services last at ${feed?.confirmed?.atUtc}, longer than ${staleMinutes} minutes ago`;
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
  title: "The list of another cluster came with this cluster's token",
  severity: "error",
  docs: "Mooring refuses such a list. While it keeps coming, nothing of the cluster is deleted.",
  on: "cluster",
  check: ({ view: { state, cluster, feed } }) => {
    const refused = feed?.refused;
    if (state === "gone" || !refused) return undefined;
    return {
      about: cluster.name,
      cluster: cluster.name,
      message: `${refused.count} ${refused.count === 1 ? "list" : "lists"} with identity ${refused.identity} refused, last at ${refused.atUtc}; the cluster is bound to ${cluster.identity?.uid ?? "no identity"}`,
      advice: `remove the manifests of ${cluster.name} from the other cluster; if ${cluster.name} was rebuilt, run mooring clusters rebind ${cluster.name}`,
    };
  },
});

export const webhookSilent = defineCheck({
  id: "webhook-silent",
  title: "A cluster's admission webhook has gone silent",
  severity: "error",
  docs: "The cluster reported Services that admission never saw: they were created without a check, and their addresses were not reserved.",
  on: "cluster",
  check: ({ view }) => {
    const missed = view.feed?.unannounced;
    if (view.state === "gone" || !missed) return undefined;
    const isHeard = view.declared.some(
      ({ strength, observedAtUtc }) => strength === "proposal" && observedAtUtc > missed.lastAtUtc,
    );
    if (isHeard || (view.feed?.admittedAtUtc ?? "") > missed.lastAtUtc) return undefined;
    return {
      about: view.cluster.name,
      cluster: view.cluster.name,
      message: `admission did not announce ${missed.count} ${missed.count === 1 ? "change" : "changes"} of Services that the cluster reported, ${missed.example} among them (last seen ${missed.lastAtUtc})`,
      advice:
        "look at the webhook configuration, the relay's pods and their token: kubectl get validatingwebhookconfigurations; mooring clusters rotate makes a new token",
    };
  },
});

export const relayFails = defineCheck({
  id: "relay-fails",
  title: "A cluster's relay does not answer as it must",
  severity: "error",
  docs: "The sender asks the relay as an API server does: what it does not get, the API server does not get either.",
  on: "cluster",
  check: ({ view: { state, cluster, feed } }) => {
    const verdict = feed?.webhook?.verdict ?? "ok";
    if (state === "gone" || verdict === "ok") return undefined;
    return {
      about: cluster.name,
      cluster: cluster.name,
      message: `asked from inside the cluster, the relay failed: ${verdict} (last asked ${feed?.webhook?.atUtc})`,
      advice:
        "look at the relay's pods and log: kubectl -n mooring get pods; kubectl -n mooring logs deployment/mooring-relay",
    };
  },
});

export const relayCertificateEnds = defineCheck({
  id: "relay-certificate-ends",
  title: "The certificate of a cluster's relay ends soon",
  severity: "warn",
  docs: "After its end the API server does not speak to the relay: Services are made without the gate, or not at all.",
  on: "cluster",
  check: ({ view: { state, cluster, feed }, certificateDaysLeft }) => {
    if (state === "gone" || certificateDaysLeft === undefined) return undefined;
    if (certificateDaysLeft >= CERTIFICATE_NEAR_DAYS) return undefined;
    const ends = certificateDaysLeft > 0 ? "ends" : "ended";
    return {
      about: cluster.name,
      cluster: cluster.name,
      message: `the relay's certificate ${ends} at ${feed?.webhook?.certificateEndsAtUtc}`,
      advice: `mooring clusters rotate ${cluster.name} --url … makes a new one; with cert-manager see its Certificate mooring-relay`,
    };
  },
});

export const clusterGone = defineCheck({
  id: "cluster-gone",
  title: "A registered cluster does not exist any more",
  severity: "warn",
  docs: "What it left behind is removed by the sweep only while the cluster stays registered.",
  on: "cluster",
  check: ({ view }) => {
    if (view.state !== "gone") return undefined;
    return {
      about: view.cluster.name,
      cluster: view.cluster.name,
      message: `managed cluster ${view.cluster.resourceId} does not exist`,
      advice: "leave it registered until the sweep has dealt with what it left behind",
    };
  },
});

export const clusterUnreadable = defineCheck({
  id: "cluster-unreadable",
  title: "Whether a registered cluster exists is not certain",
  severity: "warn",
  docs: "Of a cluster that cannot be read, or of which Azure reports contradictions, nothing is proved, so nothing of it is cleaned up.",
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
  title: "Two registrations claim the same cluster",
  severity: "error",
  docs: "A managed cluster, a node resource group and an identity belong to one registration. Where two claim one, it is not known which cluster's Services the resources belong to, so nothing of either is deleted.",
  on: "cluster",
  check: ({ view: { cluster }, contradictions = [] }) => {
    if (contradictions.length === 0) return undefined;
    const others = [...new Set(contradictions.map(({ other }) => other))];
    return {
      about: cluster.name,
      cluster: cluster.name,
      message: contradictions.map(({ message }) => message).join("; "),
      advice: `compare ${[cluster.name, ...others].map((name) => `mooring clusters show ${name}`).join(", ")}, and remove the registration that is wrong: mooring clusters remove NAME`,
    };
  },
});
