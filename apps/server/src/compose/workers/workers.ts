// The workers of a server: as many gateways in threads of their own. Called by compose.ts. Invariant: one that dies is replaced, what it
// had reserved is given back at once, and what it has written is stored.

import { setTimeout as sleep } from "node:timers/promises";
import type { Control } from "#compose/control.ts";
import type { Foundation } from "#compose/foundation.ts";
import type { CarriedTls } from "#compose/tls/public-tls.ts";
import type { Refusals } from "#control/live/refusals.ts";
import type { SnapshotChange } from "#domain/snapshot/parts.ts";
import type { GatewayReport } from "#domain/target-report.ts";
import type { FollowedJournal } from "#link/journal/followed-journal.ts";
import type { Health } from "#link/health.ts";
import { answeredWithin } from "#link/threads/answered-within.ts";
import type { ThreadsHub } from "#link/threads/hub.ts";
import { PeerGone } from "#link/threads/peer.ts";
import { describeFault } from "#telemetry/fault.ts";
import { passOnLine } from "#telemetry/log.ts";
import type { MetricsText } from "#telemetry/metrics-text.ts";
import { carry, type CarriedConfig } from "./carried-config.ts";
import { Gauges } from "./gauges.ts";
import { metricsOfAll } from "./metrics-of-all.ts";
import { RunningWorker } from "./running-worker.ts";
import type { MainQuestions, WorkerSeat, WrittenMetrics } from "./seat.ts";

/** What is the same for all of them. */
/** Those are of each one. */
type OwnOfSeat = "index" | "port" | "link" | "journal" | "snapshot" | "tls" | "config" | "logLevel";
export type CommonSeat = Omit<WorkerSeat, OwnOfSeat>;

export interface WorkersParts {
  readonly foundation: Pick<Foundation, "config" | "log" | "clock" | "metrics" | "writeLines">;
  readonly seat: CommonSeat;
  readonly hub: ThreadsHub;
  /** One for each. */
  readonly journals: readonly FollowedJournal[];
  /** Of the data directory. */
  readonly lockPath: string;
  readonly health: Health;
  readonly snapshots: Control["snapshots"];
  readonly refusals: Refusals;
  /** What is shown at the moment; null where plain HTTP is spoken. */
  readonly tls: () => CarriedTls | null;
}

/** One that lives for less has perhaps met what the next one meets, too. */
const shortLifeMs = 10_000;
const firstPauseMs = 100;
const longestPauseMs = 10_000;
/** Beyond the drain time, for the last words and records. */
const lastWordsMs = 6_000;

/** A worker that takes longer is at something long; it follows when that is over, and nobody waits for it. */
const inForceMs = 900;
/** Such a one is left out of what is asked of all. */
const patienceMs = 1_000;

interface Place {
  worker: RunningWorker | null;
  isListening: boolean;
  /** How often one was replaced. */
  replaced: number;
  failures: number;
}

export class Workers {
  readonly #parts: WorkersParts;
  readonly #places: readonly Place[];
  readonly #answers: MainQuestions;
  readonly #readMetrics: () => Promise<MetricsText>;
  readonly #gauges: Gauges;
  #isStopping = false;
  #onFirst: { resolve: () => void; reject: (error: unknown) => void } | null = null;

  private constructor(parts: WorkersParts) {
    this.#parts = parts;
    const { refusals, foundation } = parts;
    const { clock, metrics, log, writeLines } = foundation;
    this.#places = parts.journals.map(() => ({ worker: null, isListening: false, replaced: 0, failures: 0 }));
    this.#gauges = new Gauges(parts.seat.gauges);
    const askWorkers = () => this.#askAll(({ peer }) => peer.ask("countMetrics"));
    this.#readMetrics = metricsOfAll({ metrics, clock, askWorkers });
    this.#answers = {
      readMetrics: () => this.#writeMetrics(),
      refused: (told) => told.forEach((refusal) => refusals.keep(refusal)),
      logged: (line) => passOnLine(log, line),
      requestLines: (lines) => writeLines(lines),
    };
  }

  /** Resolves when all of them listen, and rejects with what the first dies of that cannot. */
  static async start(parts: WorkersParts): Promise<Workers> {
    const workers = new Workers(parts);
    const { snapshots } = parts;
    snapshots.onChange((change, version) => workers.#tellChange(change, version));
    await new Promise<void>((resolve, reject) => {
      workers.#onFirst = { resolve, reject };
      for (const index of workers.#places.keys()) workers.#run(index);
    });
    workers.#onFirst = null;
    return workers;
  }

  /** Resolves when all that listen work by the configuration that is in force now. Those to come begin with it. */
  async configure(): Promise<void> {
    const config = this.#carried();
    await this.#askAll(({ peer }) => peer.ask("configure", config));
  }

  /** The port that leads to TLS is the main thread's. */
  #carried(): CarriedConfig {
    const { config } = this.#parts.foundation;
    return carry({ ...config, edge: { ...config.edge, redirectPort: null } });
  }

  /** Resolves when all have read anew what they have from files. */
  async reload(): Promise<void> {
    await this.#askAll(({ peer }) => peer.ask("reload"));
  }

  /** Resolves when all show this; one that begins meanwhile begins with it. */
  async useTls(carried: CarriedTls): Promise<void> {
    await answeredWithin(
      patienceMs,
      this.#running.map(({ peer }) => peer.ask("useTls", carried)),
    );
  }

  /** Of all threads. */
  readMetrics(): Promise<MetricsText> {
    return this.#readMetrics();
  }

  /** Of each that listens. */
  reportTargets(): Promise<readonly GatewayReport[]> {
    return this.#askAll(({ peer }) => peer.ask("reportTargets"));
  }

  /** Resolves when all have ended: in order within the drain time, or by force behind it. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    // Who stops ends, and perhaps before he has said so.
    for (const { peer } of this.#running) peer.ask("stop").catch(() => undefined);
    const { timeouts } = this.#parts.foundation.config;
    const deadline = performance.now() + timeouts.shutdownDelayMs + timeouts.drainMs + lastWordsMs;
    while (this.#running.length > 0 && performance.now() < deadline) await sleep(20);
    await Promise.all(this.#running.map((worker) => worker.terminate()));
    await Promise.all(this.#parts.journals.map((journal) => journal.endWriting()));
  }

  get #running(): readonly RunningWorker[] {
    return this.#places.flatMap(({ worker }) => worker ?? []);
  }

  get #listening(): readonly RunningWorker[] {
    return this.#places.flatMap(({ worker, isListening }) => (isListening ? (worker ?? []) : []));
  }

  #run(index: number): void {
    const place = this.#places[index];
    const journal = this.#parts.journals[index];
    if (place === undefined || journal === undefined) throw new RangeError(`there is no place ${index}`);
    const { seat, hub, lockPath, snapshots, foundation } = this.#parts;
    const tls = this.#parts.tls();
    const { logLevel } = foundation.config;
    const own = {
      ...{ tls, index, logLevel },
      config: this.#carried(),
      link: hub.seat(index),
      journal: { ...journal.seat(), lockPath },
      snapshot: snapshots.parts(),
    };
    const worker = new RunningWorker(
      { ...seat, ...own },
      { answers: this.#answers, onEnd: (error) => void this.#replace(index, place, error) },
    );
    place.worker = worker;
    const listens = (): void => this.#listens(place, worker);
    // What keeps it from that is what it ends of.
    worker.peer.ask("listens").then(listens, () => undefined);
  }

  #listens(place: Place, worker: RunningWorker): void {
    if (place.worker !== worker) return;
    place.isListening = true;
    this.#report();
    if (this.#places.every(({ isListening }) => isListening)) this.#onFirst?.resolve();
  }

  /** Of those that listen. */
  #askAll<Answer>(ask: (worker: RunningWorker) => Promise<Answer>): Promise<readonly Answer[]> {
    return answeredWithin(patienceMs, this.#listening.map(ask));
  }

  /** Resolves when all that listen answer requests by it. */
  async #tellChange(change: SnapshotChange, version: number): Promise<void> {
    const listening = this.#listening;
    const following = this.#running.map((worker) => {
      const followed = this.#follow(worker, change, version);
      return listening.includes(worker) ? followed : Promise.resolve();
    });
    await answeredWithin(inForceMs, following);
  }

  /** Who cannot follow is ended, and the next one begins with all that there is. */
  async #follow(worker: RunningWorker, change: SnapshotChange, version: number): Promise<void> {
    const { snapshots, foundation } = this.#parts;
    try {
      const isApplied = await worker.peer.ask("follow", change, version);
      if (!isApplied) await worker.peer.ask("begin", snapshots.parts());
    } catch (error) {
      if (error instanceof PeerGone) return;
      foundation.log.error({ fault: describeFault(error) }, "a worker cannot follow what has changed");
      await worker.terminate();
    }
  }

  async #writeMetrics(): Promise<WrittenMetrics> {
    const { text, contentType } = await this.#readMetrics();
    return { text: text.toString(), contentType };
  }

  async #replace(index: number, place: Place, error: unknown): Promise<void> {
    const { hub, journals, foundation } = this.#parts;
    const livedMs = Date.now() - (place.worker?.startedAt ?? 0);
    place.worker = null;
    place.isListening = false;
    hub.free(index);
    this.#gauges.clear(index);
    if (this.#isStopping) return;
    if (this.#onFirst !== null) return this.#onFirst.reject(error ?? new Error("a worker has ended"));
    place.failures = livedMs < shortLifeMs ? place.failures + 1 : 0;
    place.replaced += 1;
    foundation.log.error({ worker: index + 1, fault: describeFault(error) }, "a worker has died, and is replaced");
    this.#report();
    await journals[index]?.endWriting();
    if (place.failures > 0) await sleep(Math.min(longestPauseMs, firstPauseMs * 2 ** (place.failures - 1)));
    if (!this.#isStopping) this.#run(index);
  }

  #report(): void {
    const listening = this.#listening.length;
    const replaced = this.#places.reduce((sum, place) => sum + place.replaced, 0);
    const detail = `${listening} of ${this.#places.length} run${replaced === 0 ? "" : `, ${replaced} were replaced`}`;
    this.#parts.health.report("workers", { isHealthy: listening === this.#places.length, detail });
  }
}
