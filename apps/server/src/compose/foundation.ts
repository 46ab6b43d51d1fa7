// What both planes stand on: time, what is told of the server, the journal with its directory, and how clients reach it.
// Called by compose.ts, first of all.

import { join } from "node:path";
import type { Config } from "#config/config.ts";
import { SteadyTime, systemClock } from "#domain/clock.ts";
import type { Clock } from "#domain/clock.ts";
import { ClientAddresses } from "#edge/client-addresses.ts";
import { createCompressor } from "#edge/compressor.ts";
import type { Compressor } from "#edge/compressor.ts";
import { openJournal } from "#link/journal/open-journal.ts";
import type { Journal } from "#link/journal/journal.ts";
import { createEvents } from "#telemetry/events.ts";
import type { Events } from "#telemetry/events.ts";
import type { Log } from "#telemetry/log.ts";
import { createMetrics } from "#telemetry/metrics.ts";
import type { Metrics } from "#telemetry/metrics.ts";
import { makePrivate } from "#private-directory.ts";
import type { Disposer } from "./disposer.ts";

export interface Foundation {
  readonly config: Config;
  readonly log: Log;
  readonly disposer: Disposer;
  readonly clock: Clock;
  /** By which keys end. */
  readonly steadyTime: SteadyTime;
  readonly metrics: Metrics;
  readonly events: Events;
  readonly journal: Journal;
  readonly addresses: ClientAddresses;
  readonly compressor: Compressor | null;
}

export async function layFoundation(config: Config, log: Log, disposer: Disposer): Promise<Foundation> {
  const clock = systemClock;
  const metrics = createMetrics();
  const { dataDir, edge } = config;
  if (!(await makePrivate(dataDir)))
    log.warn({ dataDir }, "Other users of this machine can look into the data directory");
  // The journal before all else: its lock says at once whether another server has this data directory.
  const journal = await openJournal({ directory: join(dataDir, "journal"), log });
  disposer.add(() => journal.close());
  metrics.watchJournal(() => journal);
  return {
    ...{ config, log, disposer, clock, metrics, journal },
    steadyTime: new SteadyTime(clock),
    events: createEvents({ metrics, log }),
    addresses: new ClientAddresses(edge.trustedProxies),
    compressor: createCompressor(edge.compression),
  };
}
