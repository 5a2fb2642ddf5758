import { CERTIFICATE_NEAR_DAYS } from "../../clusters/certificate.ts";
import { defineCheck } from "../check.ts";

export const snapshotStale = defineCheck({
  id: "snapshot-stale",
  title: "A cluster has not sent its Services for long",
  severity: "warn",
  docs: "What a cluster declares is known from its snapshots; without them no orphan of it can be proved.",
  on: "cluster",
  check: ({ view, snapshotAgeMinutes, staleMinutes }) => {
    if (view.state === "gone" || (snapshotAgeMinutes !== undefined && snapshotAgeMinutes <= staleMinutes))
      return undefined;
    return {
      about: view.cluster.name,
      cluster: view.cluster.name,
      message:
        snapshotAgeMinutes === undefined
          ? "the cluster never sent a snapshot"
          : `the last snapshot is of ${view.snapshot?.takenAtUtc}, older than ${staleMinutes} minutes`,
      advice:
        "look at the snapshot CronJob in the cluster; without snapshots no orphan of this cluster can be proved",
    };
  },
});

export const webhookSilent = defineCheck({
  id: "webhook-silent",
  title: "A cluster's admission webhook has gone silent",
  severity: "error",
  docs: "A snapshot showed Services that admission never announced: they were made without the gate, and their addresses were not reserved.",
  on: "cluster",
  check: ({ view }) => {
    const missed = view.snapshot?.unannounced;
    if (view.state === "gone" || !missed) return undefined;
    const heard = view.declared.some(
      ({ origin, observedAtUtc }) => origin === "admission" && observedAtUtc > missed.lastAtUtc,
    );
    if (heard) return undefined;
    return {
      about: view.cluster.name,
      cluster: view.cluster.name,
      message: `admission did not announce ${missed.count} ${missed.count === 1 ? "change" : "changes"} of Services that snapshots show, ${missed.example} among them (last seen ${missed.lastAtUtc})`,
      advice:
        "look at the webhook configuration, the relay's pods and their token: kubectl get validatingwebhookconfigurations; mooring clusters rotate makes a new token",
    };
  },
});

export const relayFails = defineCheck({
  id: "relay-fails",
  title: "A cluster's relay does not answer as it must",
  severity: "error",
  docs: "The snapshot job asks the relay as an API server does: what it does not get, the API server does not get either.",
  on: "cluster",
  check: ({ view: { state, cluster, snapshot } }) => {
    const verdict = snapshot?.webhook?.verdict ?? "ok";
    if (state === "gone" || verdict === "ok") return undefined;
    return {
      about: cluster.name,
      cluster: cluster.name,
      message: `asked from inside the cluster, the relay failed: ${verdict} (last seen ${snapshot?.takenAtUtc})`,
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
  check: ({ view: { state, cluster, snapshot }, certificateDaysLeft }) => {
    if (state === "gone" || certificateDaysLeft === undefined) return undefined;
    if (certificateDaysLeft >= CERTIFICATE_NEAR_DAYS) return undefined;
    const ends = certificateDaysLeft > 0 ? "ends" : "ended";
    return {
      about: cluster.name,
      cluster: cluster.name,
      message: `the relay's certificate ${ends} at ${snapshot?.webhook?.certificateEndsAtUtc}`,
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
  title: "Whether a registered cluster exists could not be read",
  severity: "warn",
  docs: "Of a cluster that cannot be read nothing is proved, so nothing of it is cleaned up.",
  on: "cluster",
  check: ({ view }) => {
    if (view.state !== "unknown") return undefined;
    return {
      about: view.cluster.name,
      cluster: view.cluster.name,
      message: `managed cluster ${view.cluster.resourceId} could not be read`,
      advice: "give Mooring's identity the role Reader on it",
    };
  },
});
