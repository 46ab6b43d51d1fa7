// Tells one broker what is in the outbox, in order, and notes how far it has come. Invariant: nothing is passed over, and what a
// crash or a lost answer left in doubt is told again, with the same id.

import { storedEventNames } from "@ghostllm/contract/events";
import type { ControlLog } from "#control/control-log.ts";
import type { EventStore } from "#control/store/events/event-store.ts";
import type { Health } from "#link/health.ts";
import type { OutboxWatch } from "./outbox-watch.ts";
import { backOffMs, Pause } from "./pause.ts";
import type { Sink, SinkEvents } from "./sink.ts";
import { toCloudEvent } from "./to-cloud-event.ts";

export interface SinkRunnerDeps {
  readonly sink: Sink;
  readonly store: EventStore;
  readonly watch: OutboxWatch;
  readonly health: Health;
  readonly events: SinkEvents;
  readonly source: string;
  readonly log: ControlLog;
  /** A number from 0 up to 1. */
  readonly random: () => number;
}

const mostAtOnce = 500;
const backOff = { firstMs: 100, mostMs: 5_000 };
/** Without news it looks all the same. */
const idleMs = 5_000;
const filter = { names: storedEventNames, own: null };

export class SinkRunner {
  readonly #deps: SinkRunnerDeps;
  readonly #pause = new Pause();
  /** Is not ended by news. */
  readonly #backOff = new Pause();
  readonly #stopListening: () => void;
  readonly #running: Promise<void>;
  #told: number | null = null;
  #failures = 0;
  #failingSince: string | null = null;
  #isStopped = false;

  constructor(deps: SinkRunnerDeps) {
    this.#deps = deps;
    this.#stopListening = deps.watch.listen(() => this.#pause.wake());
    this.#running = this.#run();
  }

  get name(): string {
    return this.#deps.sink.name;
  }

  /** Events that it has still to be told; 0 while that is not known. */
  get waiting(): number {
    return this.#told === null ? 0 : Math.max(0, this.#deps.watch.head - this.#told);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopListening();
    this.#pause.wake();
    this.#backOff.wake();
    await this.#deps.sink.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        const isMore = await this.#tellNext();
        if (!isMore) await this.#pause.wait(idleMs);
      } catch (error) {
        await this.#fail(error);
      }
    }
  }

  /** Answers whether there may be more. */
  async #tellNext(): Promise<boolean> {
    const { sink, store, source, events } = this.#deps;
    // Asked anew each time: what was cut off in the meantime is passed over.
    const told = (await store.position(sink.name)) ?? (await this.#begin());
    this.#told = told;
    const batch = await store.after(told, mostAtOnce, filter);
    const last = batch.at(-1);
    if (last !== undefined) {
      await sink.deliver(batch.map((event) => toCloudEvent(event, source)));
      await store.told(sink.name, last.sequence);
      this.#told = last.sequence;
      events.eventsTold(sink.name, batch.length);
    }
    this.#succeed();
    return batch.length === mostAtOnce;
  }

  async #begin(): Promise<number> {
    const { sink, store } = this.#deps;
    return (await store.want({ sink: sink.name, names: storedEventNames, until: null })).told;
  }

  #succeed(): void {
    const { sink, log, health } = this.#deps;
    if (this.#failures > 0) log.info({ sink: sink.name }, "The event broker answers again");
    this.#failures = 0;
    this.#failingSince = null;
    health.report(sink.name, { isHealthy: true, detail: `${this.waiting} events to be told` });
  }

  async #fail(error: unknown): Promise<void> {
    if (this.#isStopped) return;
    const { sink, log, health, events, random } = this.#deps;
    const reason = error instanceof Error ? error.message : String(error);
    this.#failures += 1;
    this.#failingSince ??= new Date().toISOString();
    events.eventsNotTold(sink.name);
    if (this.#failures === 1)
      log.warn({ sink: sink.name, reason }, "Events cannot be told; they wait in the database and are told later");
    const detail = `${this.waiting} events to be told; failing since ${this.#failingSince}: ${reason}`;
    health.report(sink.name, { isHealthy: false, detail });
    await this.#backOff.wait(backOffMs(this.#failures, random(), backOff));
  }
}
