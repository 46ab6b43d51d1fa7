// Sends one webhook what it is to have, a few at a time and of each key one after the other. Invariant: what is to be sent is in the
// database before the first attempt and until one has arrived, or all have failed; then it is dead, and can be sent again.

import type { ControlLog } from "#control/control-log.ts";
import type { Encryption } from "#control/encryption/encryption.ts";
import type { DeliveryRow, EventStore, WebhookRow, WebhookStore } from "#control/store/events/event-store.ts";
import type { Secret } from "#domain/secret.ts";
import type { OutboxWatch } from "./outbox-watch.ts";
import { backOffMs, Pause } from "./pause.ts";
import type { SinkEvents } from "./sink.ts";
import { toCloudEvent } from "./to-cloud-event.ts";
import { webhookBinding } from "#domain/webhook-signature.ts";
import { attemptDelivery, type Attempt, type WebhookPostDeps } from "./webhook-post.ts";

export interface WebhookTerms {
  readonly firstRetryMs: number;
  /** How often an event is sent before it is dead. */
  readonly attempts: number;
  /** A webhook at which nothing has arrived for so long is switched off. */
  readonly disableAfterMs: number;
}

export interface WebhookRunnerDeps extends WebhookPostDeps {
  readonly store: { readonly events: EventStore; readonly webhooks: WebhookStore };
  readonly encryption: Encryption;
  readonly watch: OutboxWatch;
  readonly events: SinkEvents;
  readonly terms: WebhookTerms;
  readonly source: string;
  readonly log: ControlLog;
  /** A number from 0 up to 1. */
  readonly random: () => number;
  /** The webhook was switched off, or began to fail, or does so no more. */
  readonly onChange: () => void;
}

const sinkName = "webhooks";
/** At a time, to one webhook. */
const mostRunning = 8;
/** So many wait as deliveries; more stay in the outbox. */
const mostWaiting = 1_000;
const mostAtOnce = 200;
/** Of one key, before it is looked what else there is. */
const mostInTurn = 50;
const idleMs = 5_000;
const faultMs = 2_000;
const longestRetryMs = 4 * 60 * 60 * 1_000;

export class WebhookRunner {
  readonly #id: string;
  readonly #deps: WebhookRunnerDeps;
  readonly #pause = new Pause();
  readonly #stopListening: () => void;
  readonly #running = new Map<string, Promise<void>>();
  readonly #loop: Promise<void>;
  /** The last attempt has not arrived. */
  #isFailing = false;
  #isStopped = false;

  constructor(id: string, deps: WebhookRunnerDeps) {
    this.#id = id;
    this.#deps = deps;
    this.#stopListening = deps.watch.listen(() => this.#pause.wake());
    this.#loop = this.#run();
  }

  /** The webhook, or what is to be sent to it, has been changed. */
  wake(): void {
    this.#pause.wake();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopListening();
    this.#pause.wake();
    await this.#loop;
    await Promise.all(this.#running.values());
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const waitMs = await this.#step().catch((error: unknown) => this.#report(error));
      if (waitMs > 0) await this.#pause.wait(waitMs);
    }
  }

  /** Answers how long nothing is to be done. */
  async #step(): Promise<number> {
    const { webhooks } = this.#deps.store;
    const webhook = await webhooks.find(this.#id);
    if (webhook === undefined || !webhook.isActive) return idleMs;
    const isMore = await this.#takeOver(webhook);
    const now = this.#deps.clock.now();
    // What is on the way while the question is may have arrived when the answer comes.
    const busy = new Set(this.#running.keys());
    const heads = await webhooks.heads(this.#id, mostAtOnce);
    const free = heads.filter(({ partitionKey }) => !busy.has(partitionKey));
    const due = free.filter(({ nextAt }) => nextAt <= now).slice(0, mostRunning - this.#running.size);
    if (due.length > 0) await this.#start(webhook, due);
    if (isMore && this.#running.size < mostRunning) return 0;
    const next = Math.min(...free.filter(({ nextAt }) => nextAt > now).map(({ nextAt }) => nextAt - now));
    return Math.max(1, Math.min(idleMs, next));
  }

  /** Makes deliveries of what has happened. Answers whether there may be more. */
  async #takeOver(webhook: WebhookRow): Promise<boolean> {
    const { store, source } = this.#deps;
    if ((await store.webhooks.countWaiting(webhook.id)) >= mostWaiting) return false;
    const head = await store.events.head();
    const events = await store.events.after(webhook.told, mostAtOnce, { names: webhook.names, own: null });
    const isMore = events.length === mostAtOnce;
    // Behind the last one up to the head there is nothing for it.
    const told = isMore ? (events.at(-1)?.sequence ?? head) : Math.max(head, events.at(-1)?.sequence ?? 0);
    // Where nothing is for it, its place is noted rarely: to note it costs a write.
    if (events.length === 0 && told - webhook.told < mostWaiting) return false;
    const deliveries = events.map((event) => ({
      ...{ sequence: event.sequence, eventId: event.id, eventName: event.name, partitionKey: event.partitionKey },
      event: JSON.stringify(toCloudEvent(event, source)),
    }));
    await store.webhooks.enqueue(webhook, told, deliveries);
    return isMore;
  }

  async #start(webhook: WebhookRow, due: readonly DeliveryRow[]): Promise<void> {
    const secret = await this.#deps.encryption.open(webhook.secretEncrypted, webhookBinding(webhook.id));
    for (const delivery of due) {
      const run = this.#send(webhook, secret, delivery)
        .catch((error: unknown) => void this.#report(error))
        .finally(() => {
          this.#running.delete(delivery.partitionKey);
          this.#pause.wake();
        });
      this.#running.set(delivery.partitionKey, run);
    }
  }

  /** What follows of the same key goes at once, as long as it arrives. */
  async #send(webhook: WebhookRow, secret: Secret, first: DeliveryRow): Promise<void> {
    let delivery: DeliveryRow | undefined = first;
    for (let sent = 0; delivery !== undefined && sent < mostInTurn && !this.#isStopped; sent += 1) {
      const isDelivered = await this.#sendOne(webhook, secret, delivery);
      delivery = isDelivered ? await this.#deps.store.webhooks.nextOf(webhook.id, first.partitionKey) : undefined;
    }
  }

  async #sendOne(webhook: WebhookRow, secret: Secret, delivery: DeliveryRow): Promise<boolean> {
    const { store, events, clock } = this.#deps;
    const attempt = await attemptDelivery(this.#deps, { url: webhook.url, secret, ...delivery });
    const attempts = delivery.attempts + 1;
    const { isDelivered, status, error } = attempt;
    const result = { attempts, lastStatus: status, lastError: error, nextAt: clock.now() };
    if (isDelivered) {
      await store.webhooks.settle(delivery.id, { ...result, state: "delivered" });
      events.eventsTold(sinkName, 1);
      if (this.#isFailing || webhook.failingSince !== null) await this.#recover(webhook.id);
      return true;
    }
    this.#isFailing = true;
    events.eventsNotTold(sinkName);
    const isDead = attempts >= this.#deps.terms.attempts;
    const nextAt = clock.now() + this.#retryMs(attempts, attempt);
    await store.webhooks.settle(delivery.id, { ...result, state: isDead ? "dead" : "waiting", nextAt });
    await this.#noteFailure(webhook.id, attempt);
    return false;
  }

  #retryMs(attempts: number, { restMs }: Attempt): number {
    const { terms, random } = this.#deps;
    const bounds = { firstMs: terms.firstRetryMs, mostMs: longestRetryMs };
    return Math.max(restMs, backOffMs(attempts, random(), bounds));
  }

  /** It answers again: what waits for its next attempt need not wait any longer. */
  async #recover(id: string): Promise<void> {
    const { store, onChange } = this.#deps;
    this.#isFailing = false;
    await store.webhooks.update(id, { failingSince: null });
    await store.webhooks.hurry(id);
    onChange();
  }

  async #noteFailure(id: string, failed: Attempt): Promise<void> {
    const { store, clock, log, terms, onChange } = this.#deps;
    const webhook = await store.webhooks.find(id);
    if (webhook === undefined || !webhook.isActive) return;
    const { name, failingSince } = webhook;
    const since = failingSince ?? clock.now();
    const isOver = failed.isGone || clock.now() - since >= terms.disableAfterMs;
    if (!isOver && failingSince !== null) return;
    const inactiveReason = failed.isGone
      ? "The receiver answered 410 Gone"
      : `Nothing has arrived since ${new Date(since).toISOString()}: ${failed.error}`;
    await store.webhooks.update(id, isOver ? { isActive: false, inactiveReason } : { failingSince: since });
    if (isOver) log.warn({ webhook: name, reason: inactiveReason }, "A webhook was switched off");
    onChange();
  }

  #report(error: unknown): number {
    if (!this.#isStopped)
      this.#deps.log.warn({ err: error, webhookId: this.#id }, "A webhook cannot be served just now");
    return faultMs;
  }
}
