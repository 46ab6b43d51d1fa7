// What both planes stand on: time, what is told of the server, the journal with its directory, and how clients reach it.
// Called by compose.ts, first of all.

import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Config } from "#config/config.ts";
import { SteadyTime, systemClock } from "#domain/clock.ts";
import type { Clock } from "#domain/clock.ts";
import { ClientAddresses } from "#edge/client-addresses.ts";
import { createCompressor } from "#edge/compressor.ts";
import type { Compressor } from "#edge/compressor.ts";
import type { FileJournal } from "#link/journal/file-journal.ts";
import type { FollowedJournal } from "#link/journal/followed-journal.ts";
import { openJournal } from "#link/journal/open-journal.ts";
import type { JournalSource } from "#link/journal/journal.ts";
import { MergedJournal } from "#link/journal/merged-journal.ts";
import { createEvents } from "#telemetry/events.ts";
import type { Events } from "#telemetry/events.ts";
import type { Log } from "#telemetry/log.ts";
import { createMetrics } from "#telemetry/metrics.ts";
import type { Metrics } from "#telemetry/metrics.ts";
import { makePrivate } from "#private-directory.ts";
import type { Disposer } from "./disposer.ts";
import { makeRequestLines, openLogOutlets } from "./log-lines.ts";
import { Reconfigured } from "./reconfigured.ts";
import { openWorkerJournals } from "./workers/worker-journals.ts";

export interface Foundation {
  readonly config: Config;
  readonly log: Log;
  readonly disposer: Disposer;
  readonly clock: Clock;
  /** By which keys end. */
  readonly steadyTime: SteadyTime;
  readonly metrics: Metrics;
  readonly events: Events;
  /** Lines of requests, to where they go. */
  readonly writeLines: (lines: readonly string[]) => void;
  readonly journal: FileJournal;
  /** Of workers, the first ones in their order, and behind them what workers of an earlier process have left. */
  readonly workerJournals: readonly FollowedJournal[];
  /** All of them. */
  readonly journals: JournalSource;
  /** Threads that answer requests. 1: this one does. */
  readonly workers: number;
  readonly addresses: ClientAddresses;
  readonly compressor: Compressor | null;
  /** Told when another configuration is in force. */
  readonly reconfigured: Reconfigured;
}

/** Other systems have no addresses that threads can share. */
function workersOf({ workers }: Config["server"], log: Log): number {
  const wanted = workers === "auto" ? availableParallelism() : workers;
  if (wanted === 1 || process.platform === "linux") return wanted;
  if (workers !== "auto") log.warn({ workers }, "this system has no workers: one thread answers all requests");
  return 1;
}

export async function layFoundation(config: Config, log: Log, disposer: Disposer): Promise<Foundation> {
  // They answer requests to models, and nothing else.
  const workers = config.services.includes("proxy") ? workersOf(config.server, log) : 1;
  const clock = systemClock;
  const metrics = createMetrics({ mostNames: config.metrics.mostNames });
  const { dataDir, edge } = config;
  const outlets = openLogOutlets({ config, metrics, disposer }, log);
  const lines = makeRequestLines({ config, metrics, disposer }, (some) => outlets?.writeRequests(some), null);
  if (!(await makePrivate(dataDir)))
    log.warn({ dataDir }, "Other users of this machine can look into the data directory");
  // The journal before all else: its lock says at once whether another server has this data directory.
  const journal = await openJournal({ directory: join(dataDir, "journal"), log });
  disposer.add(() => journal.close());
  const workerJournals = await openWorkerJournals(join(dataDir, "journal"), workers === 1 ? 0 : workers);
  disposer.add(() => workerJournals.forEach((one) => one.close()));
  const journals = workerJournals.length === 0 ? journal : new MergedJournal([journal, ...workerJournals]);
  metrics.watchJournal(() => journals);
  return {
    writeLines: (some) => outlets?.writeRequests(some),
    ...{ config, log, disposer, clock, metrics, journal, workerJournals, journals, workers },
    steadyTime: new SteadyTime(clock),
    events: createEvents({ metrics, log, lines }),
    addresses: new ClientAddresses(edge.trustedProxies),
    compressor: createCompressor(edge.compression),
    reconfigured: new Reconfigured(),
  };
}
