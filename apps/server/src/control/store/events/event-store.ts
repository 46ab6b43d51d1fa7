// Events as the store keeps them: the outbox, how far each sink has been told, and what is sent to webhooks.

import type { EventName } from "@ghostllm/contract/events";
import type { EventDraft, StoredEvent } from "#domain/event.ts";
import type { NamedPage, Page } from "#control/store/page.ts";

/** What of the outbox is asked for. */
export interface EventFilter {
  readonly names: readonly EventName[];
  /** Names of events of which only those of this user are seen; the others are seen whoever they concern. */
  readonly own: { readonly userId: string; readonly names: readonly EventName[] } | null;
}

export interface SinkRow {
  readonly name: string;
  /** The place of the last event that it has. */
  readonly told: number;
}

/** Whoever wants events: all of the names, or until a moment. */
export interface Want {
  readonly sink: string;
  readonly names: readonly EventName[];
  /** Epoch ms; null for as long as the sink is there. */
  readonly until: number | null;
}

export interface OutboxCut {
  /** The place of the last event that is gone. */
  readonly upTo: number;
  /** Names of sinks that had not been told all of it, and of how many events. */
  readonly missed: ReadonlyMap<string, number>;
}

export interface OutboxBounds {
  /** Of what everybody has been told: the most events, and the oldest by when it was stored (epoch ms). */
  readonly told: { readonly most: number; readonly before: number };
  /** Of what somebody has still to be told. */
  readonly waiting: { readonly most: number; readonly before: number };
}

export interface EventStore {
  /** In a transaction of its own; what changes something else stores its events with that. */
  add(events: readonly EventDraft[]): Promise<void>;
  /** The place of the last event. */
  head(): Promise<number>;
  /** Behind this place, in order. */
  after(sequence: number, limit: number, filter: EventFilter): Promise<readonly StoredEvent[]>;
  /** The newest first, before this place. */
  latest(
    page: { readonly limit: number; readonly before?: number },
    filter: EventFilter,
  ): Promise<readonly StoredEvent[]>;
  /** A sink that is new begins with what happens from now on. */
  want(want: Want): Promise<SinkRow>;
  /** The place of the last event that the sink has; undefined where there is no such sink. */
  position(sink: string): Promise<number | undefined>;
  told(sink: string, sequence: number): Promise<void>;
  /** Nothing is stored for it any more. */
  forget(sink: string): Promise<void>;
  /** Deletes in small steps what is out of bounds; sinks go on behind it. Null where nothing was. */
  cut(bounds: OutboxBounds): Promise<OutboxCut | null>;
}

export interface WebhookRow {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly names: readonly EventName[];
  /** Sealed, with the id as its binding. */
  readonly secretEncrypted: string;
  readonly isActive: boolean;
  /** Why the server has switched it off; null where it has not. */
  readonly inactiveReason: string | null;
  /** Since when nothing has arrived; null where the last try did. */
  readonly failingSince: number | null;
  readonly told: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type NewWebhook = Pick<WebhookRow, "id" | "name" | "url" | "names" | "secretEncrypted" | "isActive">;
export type WebhookChange = Partial<
  Pick<WebhookRow, "name" | "url" | "names" | "secretEncrypted" | "isActive" | "inactiveReason" | "failingSince">
>;

export const deliveryStates = ["waiting", "delivered", "dead"] as const;
export type DeliveryState = (typeof deliveryStates)[number];

export interface DeliveryRow {
  readonly id: string;
  readonly webhookId: string;
  readonly sequence: number;
  readonly eventId: string;
  readonly eventName: string;
  readonly partitionKey: string;
  /** As it is sent. */
  readonly event: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** Epoch ms. */
  readonly nextAt: number;
  /** HTTP status of the last attempt; null where there was no answer. */
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly createdAt: number;
  readonly settledAt: number | null;
}

export type NewDelivery = Pick<DeliveryRow, "sequence" | "eventId" | "eventName" | "partitionKey" | "event">;
export type DeliveryResult = Pick<DeliveryRow, "state" | "attempts" | "nextAt" | "lastStatus" | "lastError">;

export interface WebhookStore {
  create(webhook: NewWebhook): Promise<WebhookRow>;
  list(page: NamedPage): Promise<readonly WebhookRow[]>;
  active(): Promise<readonly WebhookRow[]>;
  find(id: string): Promise<WebhookRow | undefined>;
  update(id: string, change: WebhookChange): Promise<WebhookRow | undefined>;
  /** Removes its deliveries, too. */
  remove(id: string): Promise<boolean>;
  /** These are to be sent; from now on the webhook has been told up to `told`. Nothing where somebody else was faster. */
  enqueue(webhook: Pick<WebhookRow, "id" | "told">, told: number, deliveries: readonly NewDelivery[]): Promise<void>;
  countWaiting(id: string): Promise<number>;
  /** Of those that wait, the first of each key; by when they are to be sent. */
  heads(id: string, limit: number): Promise<readonly DeliveryRow[]>;
  /** The first of a key that waits. */
  nextOf(id: string, partitionKey: string): Promise<DeliveryRow | undefined>;
  /** All that waits for its next attempt is due now. */
  hurry(id: string): Promise<void>;
  settle(deliveryId: string, result: DeliveryResult): Promise<void>;
  deliveries(id: string, page: Page & { readonly state?: DeliveryState }): Promise<readonly DeliveryRow[]>;
  /** It is to be sent once more. Undefined where there is none, or where it waits still. */
  resend(id: string, deliveryId: string): Promise<DeliveryRow | undefined>;
  /** Deletes settled ones from before this moment, and the oldest of those that were delivered beyond `most` of a webhook. */
  prune(before: number, most: number): Promise<void>;
}
