/** What `npm start` prints when everything is up: what is where, and what to try. */
import type { Sandbox } from "./startSandbox.ts";

export function welcome({ hostUrl, armUrl, controlUrl, caPath, keys, fleet, restored }: Sandbox): string {
  const clusters = [...fleet.clusters.values()]
    .map(({ options, services }) => `${options.name} (${services.size} Services)`)
    .join(", ");
  return `
  Dashboard         ${hostUrl}/api/dashboard/
  API               ${hostUrl}/api/v1/openapi.json
  Functions host    ${hostUrl}
  ARM               ${armUrl}   (trust ${caPath})
  Identity, control ${controlUrl}
  Clusters          ${clusters}
  World             ${restored ? "found from an earlier start" : "newly seeded"}

  Try
    npm run demo
    npm run --silent mooring -- findings
    npm run --silent mooring -- orphans list
    npm run --silent mooring -- doctor
    curl "${hostUrl}/api/health"
    curl -X POST -H "x-functions-key: ${keys.master}" -H "content-type: application/json" -d "{}" ${hostUrl}/admin/functions/auditDrift
    curl "${hostUrl}/api/v1/findings?state=open"
    curl ${controlUrl}/sandbox/clusters
    curl ${controlUrl}/sandbox/topics
    curl -X POST ${controlUrl}/sandbox/clusters/aks-one/confirm
    curl -X PATCH ${controlUrl}/sandbox/clusters/aks-one/refusals -d '{"quota":0}'
    curl -X PATCH ${controlUrl}/sandbox/clusters/aks-one/sender -d '{"readsFrom":"aks-two"}'
    curl -X PUT ${controlUrl}/sandbox/clusters/aks-one/namespaces/shop/services/mine -d '{"apiVersion":"v1","kind":"Service","metadata":{"annotations":{"service.beta.kubernetes.io/azure-load-balancer-internal":"true","service.beta.kubernetes.io/azure-load-balancer-ipv4":"10.240.8.50"}},"spec":{"type":"LoadBalancer","ports":[{"port":80}]}}'
  Ctrl-C ends it.
`;
}
