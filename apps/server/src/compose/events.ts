// What is told to the outside: to whoever follows it here, and by one instance at a time to brokers and webhooks. Called by
// compose/control.ts.

import type { EventOptions } from "#config/events.ts";
import type { Encryption } from "#control/encryption/encryption.ts";
import { startDispatcher } from "#control/events/dispatcher.ts";
import { EventStreams } from "#control/events/event-streams.ts";
import { OutboxWatch } from "#control/events/outbox-watch.ts";
import { ProviderWatch } from "#control/events/provider-watch.ts";
import type { Sink } from "#control/events/sink.ts";
import type { Leases } from "#control/leases/leases.ts";
import type { RestingTarget } from "#control/live/resting-targets.ts";
import type { Store } from "#control/store/store.ts";
import type { Link } from "#link/link.ts";
import type { TargetCount } from "#telemetry/target-metrics.ts";
import { newId } from "@ghostllm/contract";
import { version } from "#version.ts";
import type { Foundation } from "./foundation.ts";
import type { Vendors } from "./vendors.ts";

interface EventParts {
  readonly foundation: Foundation;
  readonly store: Store;
  readonly leases: Leases;
  readonly vendors: Pick<Vendors, "postText">;
  readonly link: Pick<Link, "health" | "signals">;
}

interface Sources {
  readonly encryption: Encryption;
  readonly resting: () => readonly RestingTarget[];
}

/** To be closed by the control server, whose followers they are. */
export function openEvents(parts: EventParts, { encryption, resting }: Sources): EventStreams {
  const { foundation, store, leases, vendors, link } = parts;
  const { config, clock, log, events, metrics, disposer } = foundation;
  const { source, backlog, backlogMs, webhookTimeoutMs, webhookRetryMs, webhookAttempts, webhookDisableMs } =
    config.events;
  const watch = new OutboxWatch(store.events);
  // Others hear of it, and would tell it again.
  if (config.services.includes("proxy")) {
    const providers = new ProviderWatch({ resting, store: store.events, clock, log, health: link.health });
    metrics.watchTargets(() => countsOf(resting()));
    disposer.add(() => providers.stop());
  }
  let waiting: () => ReadonlyMap<string, number> = () => new Map();
  metrics.watchSinks(() => waiting());
  const dispatch = async (signal: AbortSignal): Promise<void> => {
    const sinks = await openSinks(config.events);
    const dispatcher = await startDispatcher({
      ...{ store, sinks, encryption, watch, source, clock, log, events, version, random: Math.random },
      ...{ health: link.health, signals: link.signals, post: vendors.postText, timeoutMs: webhookTimeoutMs },
      backlog: { most: backlog, ms: backlogMs },
      terms: { firstRetryMs: webhookRetryMs, attempts: webhookAttempts, disableAfterMs: webhookDisableMs },
    });
    waiting = () => dispatcher.waiting();
    await ended(signal);
    waiting = () => new Map();
    await dispatcher.stop();
  };
  disposer.add(leases.run("events", ({ signal }) => dispatch(signal)));
  return new EventStreams({ store: store.events, watch, signals: link.signals, source, instance: newId(), clock });
}

/** By provider and state, of those that are not closed for all. */
function countsOf(targets: readonly RestingTarget[]): readonly TargetCount[] {
  const found = targets.filter(({ state }) => state !== "closed");
  const named = Map.groupBy(found, ({ provider, state }) => `${provider} ${state}`);
  return [...named.values()].flatMap((same) =>
    same.slice(0, 1).map(({ provider, state }) => ({ provider, state, count: same.length })),
  );
}

/** What is not configured is not even loaded. */
async function openSinks({
  natsUrl,
  natsStream,
  kafkaBrokers: brokers,
  kafkaTopic: topic,
}: EventOptions): Promise<readonly Sink[]> {
  const sinks: Sink[] = [];
  if (natsUrl !== null) {
    const { NatsSink } = await import("#control/events/nats-sink.ts");
    sinks.push(new NatsSink({ url: natsUrl, stream: natsStream }));
  }
  if (brokers.length > 0) {
    const { KafkaSink } = await import("#control/events/kafka-sink.ts");
    sinks.push(new KafkaSink({ brokers, topic }));
  }
  return sinks;
}

function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
