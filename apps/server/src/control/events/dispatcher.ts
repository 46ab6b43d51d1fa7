// All that leaves by way of the outbox: brokers, webhooks, and what keeps it small. Started by compose/events.ts, in one instance of a
// database at a time. Invariant: where nobody is to be told anything, it asks the database for nothing but now and then.

import type { EventStore, WebhookStore } from "#control/store/events/event-store.ts";
import { OutboxKeeper, type OutboxKeeperDeps } from "./outbox-keeper.ts";
import type { Sink } from "./sink.ts";
import { SinkRunner } from "./sink-runner.ts";
import { WebhookRunners, type WebhookRunnersDeps } from "./webhook-runners.ts";

type Parts = Omit<OutboxKeeperDeps, "intervalMs"> & WebhookRunnersDeps;

export interface DispatcherDeps extends Parts {
  readonly store: { readonly events: EventStore; readonly webhooks: WebhookStore };
  readonly sinks: readonly Sink[];
  readonly keepIntervalMs?: number;
}

const brokers: readonly Sink["name"][] = ["nats", "kafka"];

export interface Dispatcher {
  /** By the name of a broker: events that it has still to be told. */
  waiting(): ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

export async function startDispatcher(deps: DispatcherDeps): Promise<Dispatcher> {
  const { store, sinks, keepIntervalMs } = deps;
  // For those that were configured once nothing is kept.
  for (const name of brokers) if (!sinks.some((sink) => sink.name === name)) await store.events.forget(name);
  const runners = sinks.map((sink) => new SinkRunner({ ...deps, store: store.events, sink }));
  const webhooks = new WebhookRunners(deps);
  const keeper = new OutboxKeeper({ ...deps, ...(keepIntervalMs !== undefined && { intervalMs: keepIntervalMs }) });
  return {
    waiting: () => new Map(runners.map((runner) => [runner.name, runner.waiting])),
    async stop() {
      await Promise.all([...runners, webhooks, keeper].map((part) => part.stop()));
    },
  };
}
