/**
 * The sandbox's control server (plain http, loopback): the managed identity endpoint, and routes to drive faults, events and clusters
 * by hand. Nothing of it exists in Azure but `/msi/token`.
 */
import { serve } from "@hono/node-server";
import { Hono, type MiddlewareHandler } from "hono";
import * as z from "zod";
import { ZodError } from "zod";
import { NewFault } from "./arm/faults.ts";
import type { Arm } from "./arm/server.ts";
import { Disorder, type EventGrid } from "./events/eventGrid.ts";
import type { Topics } from "./events/topic.ts";
import { issueToken } from "./identity/token.ts";
import { ArmClient } from "./cluster/armClient.ts";
import { apiServerRoutes } from "./apiServerControl.ts";
import { portalRoutes } from "./portal.ts";
import { deleteCluster } from "./world/deleteCluster.ts";
import type { Fleet } from "./world/fleet.ts";
import { identityOf } from "./world/installation.ts";
import {
  CLUSTERS,
  clusterId,
  clusterProperties,
  nodeGroup,
  type ClusterDefinition,
  LOCATION,
} from "./world/definition.ts";

/** A name that may stand in resource names. */
const NewCluster = z.strictObject({ name: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,60}[a-z0-9])?$/) });
const ControllerVersion = z.strictObject({ takesOverNames: z.boolean() });
const TOKEN_SECONDS = 24 * 3600;

export interface Parts {
  arm: Arm;
  identityHeader: string;
  /** There once the host runs. */
  events: () => EventGrid | undefined;
  fleet: () => Fleet | undefined;
  /** Absent where no events are delivered. */
  topics?: Topics;
  /** What a client needs: URLs, keys, settings. */
  about: () => object;
}

export function createControl(parts: Parts): Hono {
  const control = new Hono();
  control.use("/sandbox/*", endTheLine);
  control.get("/msi/token", (context) => {
    if (context.req.header("x-identity-header") !== parts.identityHeader)
      return context.json(
        { error: "unauthorized_client", error_description: "X-IDENTITY-HEADER is missing or wrong" },
        401,
      );
    const resource = context.req.query("resource");
    const identity = identityOf(context.req.query("client_id"));
    const { token, expiresOn } = issueToken(identity, new Date(), resource);
    return context.json({
      access_token: token,
      expires_on: String(expiresOn),
      expires_in: String(TOKEN_SECONDS),
      resource: resource ?? "",
      token_type: "Bearer",
      client_id: identity.applicationId,
    });
  });
  control.get("/sandbox", (context) => context.json(parts.about()));
  control.route("/sandbox/faults", faultRoutes(parts));
  control.route("/sandbox/events", eventRoutes(parts));
  control.route("/sandbox/clusters", clusterRoutes(parts));
  control.route("/sandbox/portal", portalRoutes(parts));
  control.get("/sandbox/topics", (context) => context.json(parts.topics?.events() ?? {}));
  control.onError((error, context) => context.json({ problems: problemsOf(error) }, 400));
  return control;
}

/** For curl: the next prompt starts on a new line. */
const endTheLine: MiddlewareHandler = async (context, next) => {
  await next();
  if (context.res.headers.get("content-type")?.startsWith("application/json"))
    context.res = new Response(`${await context.res.text()}\n`, context.res);
};

function problemsOf(error: Error): string[] {
  if (!(error instanceof ZodError)) return [error.message];
  return error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
}

function faultRoutes({ arm }: Parts): Hono {
  const routes = new Hono();
  routes.get("/", (context) => context.json(arm.faults.list()));
  routes.post("/", async (context) =>
    context.json(arm.faults.add(NewFault.parse(await context.req.json())), 201),
  );
  routes.delete("/", (context) => {
    arm.faults.clear();
    return context.body(null, 204);
  });
  routes.delete("/:id", (context) =>
    context.body(null, arm.faults.remove(context.req.param("id")) ? 204 : 404),
  );
  return routes;
}

function eventRoutes({ events }: Parts): Hono {
  const routes = new Hono();
  routes.get("/", (context) => {
    const grid = events();
    return context.json({
      disorder: grid?.disorder(),
      delivered: grid?.delivered ?? 0,
      deadLetters: grid?.deadLetters ?? [],
    });
  });
  routes.patch("/", async (context) => {
    events()?.disturb(Disorder.parse({ ...events()?.disorder(), ...(await context.req.json()) }));
    return context.json(events()?.disorder());
  });
  return routes;
}

function clusterRoutes(parts: Parts): Hono {
  const routes = new Hono();
  const clusterOf = (name: string) => {
    const cluster = parts.fleet()?.clusters.get(name);
    if (!cluster) throw new Error(`there is no cluster ${name}`);
    return cluster;
  };
  routes.get("/", (context) =>
    context.json(
      [...(parts.fleet()?.clusters ?? [])].map(([name, { down, services, options, apiServer, sender }]) => ({
        name,
        down,
        services: services.size,
        identity: apiServer.identity,
        ...(sender.last && { declarations: sender.last }),
        resourceId: options.resourceId,
        nodeResourceGroup: options.nodeResourceGroup,
      })),
    ),
  );
  routes.post("/", async (context) =>
    context.json(await addCluster(parts, NewCluster.parse(await context.req.json())), 201),
  );
  routes.delete("/:cluster", async (context) =>
    context.json(await killCluster(parts, context.req.param("cluster"))),
  );
  routes.get("/:cluster/services", (context) =>
    context.json([...clusterOf(context.req.param("cluster")).services.values()]),
  );
  routes.route("/", apiServerRoutes(clusterOf));
  routes.patch("/:cluster/controller", async (context) => {
    const { takesOverNames } = ControllerVersion.parse(await context.req.json());
    clusterOf(context.req.param("cluster")).takesOverNames = takesOverNames;
    return context.json({ takesOverNames });
  });
  routes.post("/:cluster/:verb{down|up|resync}", async (context) => {
    const cluster = clusterOf(context.req.param("cluster"));
    const verb = context.req.param("verb");
    if (verb === "resync") return context.json({ pending: await cluster.resync() });
    cluster.down = verb === "down";
    return context.json({ down: cluster.down });
  });
  return routes;
}

/** A new cluster in the network of the first. */
async function addCluster({ arm, fleet }: Parts, { name }: { name: string }) {
  const [first] = CLUSTERS;
  // Its identity is the first one's own.
  const { identity: _, principalId: __, ...place } = first as ClusterDefinition;
  const definition: ClusterDefinition = {
    ...place,
    name,
    resourceGroup: `rg-${name}`,
  };
  const client = new ArmClient(arm.fetch, { objectId: "seed", applicationId: "seed", name: "platform-team" });
  await client.put(`/subscriptions/${definition.subscription}/resourceGroups/${definition.resourceGroup}`, {
    location: LOCATION,
  });
  await client.put(`/subscriptions/${definition.subscription}/resourceGroups/${nodeGroup(definition)}`, {
    location: LOCATION,
  });
  await client.put(clusterId(definition), {
    location: LOCATION,
    properties: clusterProperties(definition),
  });
  const cluster = await fleet()?.register(definition);
  return {
    name,
    resourceId: cluster?.options.resourceId,
    nodeResourceGroup: cluster?.options.nodeResourceGroup,
  };
}

/** The managed cluster goes, its node resource group stays: how orphans come about. */
async function killCluster({ arm, fleet }: Parts, name: string) {
  const cluster = fleet()?.clusters.get(name);
  if (!cluster) throw new Error(`there is no cluster ${name}`);
  const client = new ArmClient(arm.fetch, { objectId: "seed", applicationId: "seed", name: "platform-team" });
  await deleteCluster(client, cluster.options.resourceId);
  fleet()?.forget(name);
  return { killed: name };
}

/** Listens on loopback; port 0 takes a free one. */
export function listenControl(control: Hono, port: number): Promise<{ url: string; close(): Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: control.fetch, port, hostname: "127.0.0.1" }, (info) =>
      resolve({ url: `http://127.0.0.1:${info.port}`, close }),
    );
    server.once("error", reject);
    const close = () =>
      new Promise<void>((done) => {
        server.close(() => done());
        if ("closeAllConnections" in server) server.closeAllConnections();
      });
  });
}
