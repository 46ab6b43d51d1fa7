// One worker: a gateway in a thread of its own, with its own connections to vendors and its own journal. Called by worker-thread.ts.
// Invariant: what it needs of the server it was given, or asks of the main thread; it opens no database and reads no configuration.

import { providers } from "@ghostllm/llm";
import type { Config } from "#config/config.ts";
import { adopt } from "#config/live.ts";
import { Refusals } from "#control/live/refusals.ts";
import type { Clock } from "#domain/clock.ts";
import { SteadyTime, systemClock } from "#domain/clock.ts";
import { Secret } from "#domain/secret.ts";
import { FollowedSnapshots } from "#domain/snapshot/followed-snapshots.ts";
import type { GatewayReport } from "#domain/target-report.ts";
import type { SnapshotChange, SnapshotParts } from "#domain/snapshot/parts.ts";
import { ClientAddresses } from "#edge/client-addresses.ts";
import { createCompressor } from "#edge/compressor.ts";
import { openWriter } from "#link/journal/open-writer.ts";
import type { Health } from "#link/health.ts";
import { SharedLease } from "#link/shared/shared-lease.ts";
import { joinLink } from "#link/threads/join.ts";
import { createEvents } from "#telemetry/events.ts";
import type { Log } from "#telemetry/log.ts";
import { createMetrics } from "#telemetry/metrics.ts";
import type { CountedMetrics, Metrics } from "#telemetry/metrics.ts";
import type { MetricsText } from "#telemetry/metrics-text.ts";
import { Disposer } from "#compose/disposer.ts";
import { Doors } from "#compose/doors.ts";
import { openGateway } from "#compose/gateway.ts";
import { Reconfigured } from "#compose/reconfigured.ts";
import { makeRequestLines } from "#compose/log-lines.ts";
import { prepareClosing } from "#compose/listener-closer.ts";
import { stopServing } from "#compose/stopping.ts";
import { WorkerTls } from "#compose/tls/public-tls.ts";
import type { CarriedTls } from "#compose/tls/public-tls.ts";
import { openAskedVendors } from "#compose/vendors.ts";
import { fromCarried, type CarriedConfig } from "./carried-config.ts";
import { OtherWorkers } from "./other-workers.ts";
import { PassageToControl } from "./passage-to-control.ts";
import type { MainThread, WorkerSeat } from "./seat.ts";

const tellRefusalsMs = 250;
/** The main thread has files of the same kind in sight, and reports them. */
const silentHealth: Health = { report: () => {}, parts: () => new Map() };

export class WorkerServer {
  readonly #seat: WorkerSeat;
  readonly #log: Log;
  readonly #main: MainThread;
  readonly #clock: Clock = systemClock;
  readonly #disposer = new Disposer();
  readonly #snapshots = new FollowedSnapshots(providers);
  readonly #metrics: Metrics;
  readonly #reconfigured = new Reconfigured();
  /** Its objects stay the same ones: who has one of them reads what is in force. */
  readonly #config: Config;
  #tls: WorkerTls | null = null;
  /** Of its gateway. */
  reportTargets: () => GatewayReport = () => ({ standings: [], paces: [], left: [], running: new Map(), queues: [] });

  constructor(seat: WorkerSeat, log: Log, main: MainThread) {
    this.#seat = seat;
    this.#log = log;
    this.#main = main;
    this.#config = fromCarried(seat.config);
    this.#metrics = createMetrics({ forThread: true, mostNames: this.#config.metrics.mostNames });
    this.#metrics.watchThread(String(seat.index + 1));
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const { snapshot, gauges, index, workers, place } = this.#seat;
    this.#snapshots.open(snapshot);
    const foundation = await this.#layFoundation();
    const { config, disposer, addresses } = foundation;
    const neighbours = new OtherWorkers(gauges, index);
    disposer.add(() => neighbours.close());
    const passage = new PassageToControl(this.#seat.controlSocket, addresses);
    disposer.add(() => passage.close());
    const link = joinLink(this.#seat.link, this.#clock);
    const gateway = await openGateway({
      ...{ foundation, link, neighbours, refusals: this.#tellRefusals() },
      ...{ consents: link.consents, toldRequests: link.toldRequests, storeContent: link.storeContent },
      chatSessions: link.chatSessions,
      lease: new SharedLease(this.#seat.lease),
      vendors: openAskedVendors(foundation, { demoUrl: this.#seat.demoUrl, signals: link.signals }),
      tls: this.#tls?.front.options ?? null,
      control: {
        snapshots: this.#snapshots,
        adminKeys: this.#seat.adminKeys.map((key) => new Secret(key)),
        requests: passage,
        readMetrics: () => this.#readMetrics(),
      },
    });
    const { server, readiness } = gateway;
    this.reportTargets = gateway.reportTargets;
    this.#tls?.front.keepUpToDate(server);
    readiness.elsewhere = () => this.#tls?.front.awayBecause ?? null;
    const doors = await Doors.share(place, workers);
    disposer.add(() => doors.close());
    const closeListener = prepareClosing(server, doors);
    await doors.leadTo(server);
    readiness.notReadyBecause = null;
    disposer.add(() => stopServing({ ...gateway, timeouts: config.timeouts, closeListener, endLive: () => {} }));
  }

  begin(parts: SnapshotParts): void {
    this.#snapshots.open(parts);
  }

  follow(change: SnapshotChange, version: number): boolean {
    return this.#snapshots.apply(change, version);
  }

  countMetrics(): Promise<CountedMetrics> {
    return this.#metrics.count();
  }

  useTls(carried: CarriedTls): void {
    this.#tls?.use(carried);
  }

  /** Other values of settings are in force. */
  configure(carried: CarriedConfig): void {
    adopt(this.#config, fromCarried(carried));
    this.#log.level = this.#config.logLevel;
    this.#reconfigured.tell();
  }

  async reload(): Promise<void> {
    await this.#tls?.front.reload();
  }

  /** Finishes what runs, within the drain time. */
  stop(): Promise<void> {
    return this.#disposer.dispose();
  }

  async #layFoundation() {
    const [log, clock, disposer, metrics] = [this.#log, this.#clock, this.#disposer, this.#metrics];
    const config = this.#config;
    const write = (some: readonly string[]): void => this.#main.tell("requestLines", some);
    const lines = makeRequestLines({ config, metrics, disposer }, write, this.#seat.index + 1);
    const journal = await openWriter({ ...this.#seat.journal, log });
    disposer.add(() => journal.close());
    this.#tls = await WorkerTls.open(config.edge, this.#seat.tls, { health: silentHealth, log, disposer });
    return {
      ...{ config, log, disposer, clock, metrics, journal },
      steadyTime: new SteadyTime(clock),
      events: createEvents({ metrics, log, lines }),
      addresses: new ClientAddresses(config.edge.trustedProxies),
      compressor: createCompressor(config.edge.compression),
      reconfigured: this.#reconfigured,
    };
  }

  async #readMetrics(): Promise<MetricsText> {
    const { text, contentType } = await this.#main.ask("readMetrics");
    return { text: Buffer.from(text), contentType };
  }

  /** The last ones are shown by control, a quarter of a second later. */
  #tellRefusals(): Refusals {
    const refusals = new Refusals(this.#clock);
    let told = 0;
    const timer = setInterval(() => {
      if (refusals.total === told) return;
      this.#main.tell("refused", refusals.latest(told).toReversed());
      told = refusals.total;
    }, tellRefusalsMs);
    this.#disposer.add(() => clearInterval(timer));
    return refusals;
  }
}
