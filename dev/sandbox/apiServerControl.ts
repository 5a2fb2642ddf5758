/** Routes that make a cluster's API server refuse after admission, lose its identity or its history, and its sender report wrongly. */
import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { parse } from "yaml";
import * as z from "zod";
import type { Applied, Cluster } from "./cluster/cluster.ts";

/** `null` ends a refusal; what is not named stays as it is. */
const Refusals = z.strictObject({
  quota: z.int().min(0).nullable().optional(),
  otherWebhook: z.literal("deny").nullable().optional(),
  reads: z.literal([403, 429, 500, 503]).nullable().optional(),
});
/** The cluster whose Services the sender reads; `null`: its own. */
const Source = z.strictObject({ readsFrom: z.string().nullable() });

export function apiServerRoutes(clusterOf: (name: string) => Cluster): Hono {
  const routes = new Hono();
  routes.post("/:cluster/confirm", async (context) =>
    context.json(await clusterOf(context.req.param("cluster")).confirm()),
  );
  routes.patch("/:cluster/refusals", async (context) => {
    const { apiServer } = clusterOf(context.req.param("cluster"));
    const { quota, otherWebhook, reads } = Refusals.parse(await context.req.json());
    if (quota !== undefined) apiServer.quota = quota ?? undefined;
    if (otherWebhook !== undefined) apiServer.otherWebhook = otherWebhook ?? undefined;
    if (reads !== undefined) apiServer.failing = reads ?? undefined;
    return context.json({
      quota: apiServer.quota ?? null,
      otherWebhook: apiServer.otherWebhook ?? null,
      reads: apiServer.failing ?? null,
    });
  });
  routes.patch("/:cluster/sender", async (context) => {
    const cluster = clusterOf(context.req.param("cluster"));
    const { readsFrom } = Source.parse(await context.req.json());
    cluster.sender.apiServer = clusterOf(readsFrom ?? cluster.options.name).apiServer;
    await cluster.sender.restart();
    return context.json({ readsFrom: readsFrom ?? cluster.options.name });
  });
  routes.post("/:cluster/:act{rebuild|compact}", async (context) => {
    const { apiServer, sender } = clusterOf(context.req.param("cluster"));
    if (context.req.param("act") === "compact") apiServer.compact();
    else apiServer.rebuild();
    if (context.req.param("act") === "rebuild") await sender.restart();
    return context.json({ identity: apiServer.identity, resourceVersion: String(apiServer.store.version) });
  });
  routes.route("/", serviceRoutes(clusterOf));
  return routes;
}

/** Services by hand, as kubectl would send them. */
function serviceRoutes(clusterOf: (name: string) => Cluster): Hono {
  const routes = new Hono();
  routes.post("/:cluster/namespaces/:namespace/services", async (context) => {
    const { cluster, namespace } = context.req.param();
    const service = parse(await context.req.text());
    const created = await clusterOf(cluster).create(
      { ...service, metadata: { ...service.metadata, namespace } },
      { dryRun: context.req.query("dryRun") === "All" },
    );
    return context.json(created, statusOf(created, 201));
  });
  routes.delete("/:cluster/namespaces/:namespace/services", async (context) => {
    const { cluster, namespace } = context.req.param();
    return context.json(await clusterOf(cluster).removeAll(namespace));
  });
  routes.put("/:cluster/namespaces/:namespace/services/:name", async (context) => {
    const { cluster, namespace, name } = context.req.param();
    const service = parse(await context.req.text());
    const dryRun = context.req.query("dryRun") === "All";
    const applied = await clusterOf(cluster).apply(
      { ...service, metadata: { ...service.metadata, namespace, name } },
      { dryRun },
    );
    return context.json(applied, statusOf(applied, 200));
  });
  routes.delete("/:cluster/namespaces/:namespace/services/:name", async (context) => {
    const { cluster, namespace, name } = context.req.param();
    const applied = await clusterOf(cluster).remove(namespace, name, {
      lose: context.req.query("lose") === "true",
    });
    return context.json(applied, statusOf(applied, 200));
  });
  return routes;
}

/** HTTP status of what a write came to. */
function statusOf({ allowed, code = 403 }: Applied, done: 200 | 201): ContentfulStatusCode {
  return allowed ? done : (code as ContentfulStatusCode);
}
