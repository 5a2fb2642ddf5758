/**
 * Event Grid for the sandbox: handshake, at-least-once delivery with retries, dead letters; duplicates, reordering, delay and loss on
 * demand. Fed by ARM's outcomes; it has only the endpoint's URL.
 */
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import type { ArmEvent } from "../arm/armEvent.ts";
import { toEvent, type GridEvent } from "./toEvent.ts";

/** Event Grid's own schedule, in seconds. */
const RETRY_SECONDS = [10, 30, 60, 300, 600, 1800, 3600];
/** Answers after which Event Grid does not try again. */
const FINAL = new Set([400, 401, 413]);

export const Disorder = z.strictObject({
  /** Each event is delivered this many times more. */
  duplicates: z.int().min(0),
  /** Share of events that are lost, 0 to 1. */
  loss: z.number().min(0).max(1),
  delayMilliseconds: z.number().min(0),
  /** Events wait a random part of the delay each, so that they overtake one another. */
  reorder: z.boolean(),
});
export type Disorder = z.infer<typeof Disorder>;

const ORDER: Disorder = { duplicates: 0, loss: 0, delayMilliseconds: 0, reorder: false };

export interface EventGrid {
  publish(event: ArmEvent): void;
  /** From now on. */
  disturb(disorder: Partial<Disorder>): void;
  disorder(): Disorder;
  deadLetters: GridEvent[];
  delivered: number;
  /** When nothing is on its way any more. */
  idle(): Promise<void>;
  stop: () => void;
}

export interface EventGridOptions {
  /** The webhook, with its key. */
  endpoint: string;
  /** What a second of the retry schedule lasts here; 1000 is real time. */
  secondMilliseconds?: number;
  random?: () => number;
}

/** Shakes hands with the endpoint first. @throws Error if it does not answer as a webhook must */
export async function createEventGrid({
  endpoint,
  secondMilliseconds = 100,
  random = Math.random,
}: EventGridOptions): Promise<EventGrid> {
  await shakeHands(endpoint);
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  let disorder = ORDER;
  const grid: EventGrid = {
    deadLetters: [],
    delivered: 0,
    publish(event) {
      if (random() < disorder.loss) return;
      const gridEvent = toEvent(event);
      for (let copy = 0; copy <= disorder.duplicates; copy += 1) track(running, deliver(gridEvent));
    },
    disturb: (change) => void (disorder = { ...disorder, ...change }),
    disorder: () => disorder,
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
    stop: () => stopping.abort(),
  };
  return grid;

  async function deliver(event: GridEvent): Promise<void> {
    const wait = disorder.delayMilliseconds * (disorder.reorder ? random() : 1);
    if (wait > 0) await delay(wait, undefined, { signal: stopping.signal });
    for (const seconds of [0, ...RETRY_SECONDS]) {
      if (seconds > 0) await delay(seconds * secondMilliseconds, undefined, { signal: stopping.signal });
      const status = await send(endpoint, event, "Notification").then(
        ({ status }) => status,
        () => 0,
      );
      if (status >= 200 && status <= 204) return void (grid.delivered += 1);
      if (FINAL.has(status)) break;
    }
    grid.deadLetters.push(event);
  }
}

function track(running: Set<Promise<void>>, work: Promise<void>): void {
  const tracked = work.catch(() => undefined);
  running.add(tracked);
  void tracked.then(() => running.delete(tracked));
}

async function shakeHands(endpoint: string): Promise<void> {
  const validationCode = crypto.randomUUID();
  const event = {
    id: crypto.randomUUID(),
    topic: "",
    subject: "",
    eventType: "Microsoft.EventGrid.SubscriptionValidationEvent",
    eventTime: new Date().toISOString(),
    data: { validationCode },
    dataVersion: "2",
    metadataVersion: "1",
  };
  const response = await send(endpoint, event, "SubscriptionValidation");
  const answer = (await response.json().catch(() => ({}))) as { validationResponse?: string };
  if (answer.validationResponse !== validationCode)
    throw new Error(`the endpoint did not answer the Event Grid handshake (${response.status})`);
}

function send(endpoint: string, event: GridEvent, type: string): Promise<Response> {
  return fetch(endpoint, {
    method: "POST",
    headers: { "content-type": "application/json", "aeg-event-type": type },
    body: JSON.stringify([event]),
    signal: AbortSignal.timeout(30_000),
  });
}
