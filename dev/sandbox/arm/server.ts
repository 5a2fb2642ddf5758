/**
 * Azure Resource Manager for the sandbox: the Microsoft.Network part of it, with real state, operations that take time, ETags,
 * locks, throttling and Azure's error codes. Run by `npm start`, the demo and the tests; imports nothing of the product.
 */
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { ArmEvent } from "./armEvent.ts";
import { Answering, type Exchange } from "./answering.ts";
import type { Context } from "./call.ts";
import { scaleSets } from "./compute/scaleSets.ts";
import { systemTopics } from "./eventGrid/systemTopics.ts";
import { Faults } from "./faults.ts";
import { managedClusters } from "./managedClusters.ts";
import { networkTypes } from "./network/index.ts";
import { Operations } from "./operations.ts";
import { Persistence } from "./persistence.ts";
import { Throttle, type Limits } from "./throttle.ts";
import { ArmWorld } from "./world.ts";

export interface ArmOptions {
  /** Subscriptions by id. */
  subscriptions?: Record<string, string>;
  now?: () => Date;
  /** How long an operation takes. */
  operationMilliseconds?: number;
  pageSize?: number;
  /** Absent: no throttling. */
  limits?: Limits;
  /** File that the state lives in; absent: memory only. */
  statePath?: string;
  /** Sees every exchange, for conformance checks. */
  record?: (exchange: Exchange) => void;
}

export interface Arm {
  /** Answers in process, under the origin of the request's URL. */
  fetch: (request: Request) => Promise<Response>;
  listen(options: {
    port: number;
    key: string;
    cert: string;
  }): Promise<{ url: string; close(): Promise<void> }>;
  onEvent(listener: (event: ArmEvent) => void): void;
  world: ArmWorld;
  faults: Faults;
  /** Time that an operation takes from now on. */
  setOperationMilliseconds(milliseconds: number): void;
  /** When nothing runs any more. */
  idle(): Promise<void>;
  save(): Promise<void>;
}

const ACTIVITY_EVENTS = 10_000;

export async function createArm(options: ArmOptions = {}): Promise<Arm> {
  const now = options.now ?? (() => new Date());
  const world = new ArmWorld([...networkTypes, scaleSets, managedClusters, systemTopics], now);
  for (const [id, name] of Object.entries(options.subscriptions ?? {}))
    world.subscriptions.set(id.toLowerCase(), name);
  const persistence = new Persistence(world, options.statePath);
  await persistence.load();
  const listeners: ((event: ArmEvent) => void)[] = [];
  const { activity } = world;
  const context: Context = {
    world,
    operations: new Operations(),
    faults: new Faults(),
    pageSize: options.pageSize ?? 100,
    operationMilliseconds: options.operationMilliseconds ?? 400,
    activity,
    note(event) {
      activity.push(event);
      if (activity.length > ACTIVITY_EVENTS) activity.shift();
      persistence.touch();
    },
    raise(event) {
      this.note(event);
      for (const listener of listeners) listener(event);
    },
  };
  const throttle = new Throttle(options.limits, now);
  const answering = new Answering({
    context,
    throttle,
    now,
    changed: () => persistence.touch(),
    ...(options.record && { record: options.record }),
  });
  return {
    fetch: (request) =>
      answering
        .answer(request)
        .then((response) => response ?? Promise.reject(new TypeError("fetch failed: connection reset"))),
    listen: (where) => listen(answering, where),
    onEvent: (listener) => void listeners.push(listener),
    world,
    faults: context.faults,
    setOperationMilliseconds: (milliseconds) => void (context.operationMilliseconds = milliseconds),
    idle: () => context.operations.idle(),
    save: () => persistence.save(),
  };
}

async function listen(
  answering: Answering,
  { port, key, cert }: { port: number; key: string; cert: string },
) {
  const listener = getRequestListener(async (request, { outgoing }) => {
    const response = await answering.answer(request);
    if (response) return response;
    outgoing.destroy();
    return RESPONSE_ALREADY_SENT;
  });
  const server = createServer({ key, cert }, (incoming, outgoing) => void listener(incoming, outgoing));
  await new Promise<void>((resolve, reject) =>
    server.once("error", reject).listen(port, "127.0.0.1", resolve),
  );
  const { port: actual } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `https://127.0.0.1:${actual}`, close };
}
