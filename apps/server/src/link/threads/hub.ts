// The main thread's side of link, where gateways run in worker threads: counters lie in memory that all threads share, all else
// is kept by the main thread, and workers ask for it over a port each.

import { totalmem } from "node:os";
import { MessageChannel } from "node:worker_threads";
import type { Clock } from "#domain/clock.ts";
import type { StoreContent } from "#link/contents.ts";
import { nobodyKeepsSessions } from "#link/chat-sessions.ts";
import type { ChatSessions } from "#link/chat-sessions.ts";
import { nobodyKnows } from "#link/consents.ts";
import type { Consents } from "#link/consents.ts";
import type { Link } from "#link/link.ts";
import type { Openable } from "#link/opening.ts";
import { nobodyRemembers } from "#link/told-requests.ts";
import type { ToldRequests } from "#link/told-requests.ts";
import { usualSize } from "#link/shared/layout.ts";
import { holdsOf } from "#link/pending-answers.ts";
import type { Signal } from "#link/signals.ts";
import { answeredWithin } from "./answered-within.ts";
import { ThreadsHealth } from "./health.ts";
import { AskedHubCounters, SharedHubCounters, type HubCounters } from "./hub-counters.ts";
import { Peer } from "./peer.ts";
import type { HubQuestions, Seat, WorkerQuestions } from "./seat.ts";
import { allOf, ThreadsSignals } from "./signals.ts";

interface ThreadsHubOptions {
  /** In which the main thread keeps all but the counters. */
  readonly link: Link & Openable;
  /** Of `domain/clock`, or one that is the same in all threads as that one is. */
  readonly clock: Clock;
  /** Workers at most. */
  readonly seats: number;
  /** Asked for workers. */
  readonly consents?: Consents;
  readonly toldRequests?: ToldRequests;
  readonly chatSessions?: ChatSessions;
  /** Told what workers want stored. */
  readonly storeContent?: StoreContent;
  /** Other instances with which that link counts, and which signal; null where there are none. */
  readonly others?: OtherInstances | null;
  /** Of the counters, at most; a quarter of what there is, where nothing is said. */
  readonly mostBytes?: number;
}

export interface OtherInstances {
  /** What they signal is told from now on. */
  tellThreads(tell: (signal: Signal) => void): void;
}

export interface ThreadsHub {
  /** The main thread's own. */
  readonly link: Link & Openable;
  /** What the counters take by their name. Only what was ever touched of it takes place. */
  readonly counterBytes: number;
  /** For a worker that is to be started. */
  seat(index: number): Seat;
  /** The worker has ended: what it had reserved and running is given back, and whatever it asked is forgotten. */
  free(index: number): void;
  close(): void;
}

type Worker = Peer<WorkerQuestions, HubQuestions>;

/** A worker that does not answer hears of a signal later, and nobody waits for it. */
const patienceMs = 2_000;

export function createThreadsHub(options: ThreadsHubOptions): ThreadsHub {
  return new Hub(options);
}

class Hub implements ThreadsHub {
  readonly link: Link & Openable;
  readonly #seats: number;
  readonly #consents: Consents;
  readonly #toldRequests: ToldRequests;
  readonly #chatSessions: ChatSessions;
  readonly #storeContent: StoreContent;
  readonly #workers = new Map<number, Worker>();
  readonly #counters: HubCounters;
  readonly #health: ThreadsHealth;
  readonly #signals: ThreadsSignals;

  constructor(options: ThreadsHubOptions) {
    const { link, clock, seats, consents = nobodyKnows, mostBytes = availableBytes() / 4, others = null } = options;
    this.#seats = seats;
    this.#consents = consents;
    this.#toldRequests = options.toldRequests ?? nobodyRemembers;
    this.#chatSessions = options.chatSessions ?? nobodyKeepsSessions;
    this.#storeContent = options.storeContent ?? (async () => {});
    this.#counters =
      others === null
        ? new SharedHubCounters(usualSize(seats + 1, mostBytes), clock)
        : new AskedHubCounters(link.counters);
    others?.tellThreads((signal) => void this.#tell(signal).catch(() => undefined));
    this.#health = new ThreadsHealth(link.health);
    this.#signals = new ThreadsSignals(link.signals, (signal) => this.#tell(signal));
    const { owners, turns, cache, meanings, askers, streams, pendingAnswers } = link;
    const open: Openable["open"] = (opening) => link.open(this.#counters.open(opening));
    const addSpent: Openable["addSpent"] = (spent) => link.addSpent(this.#counters.addSpent(spent));
    const [counters, health, signals] = [this.#counters.own, this.#health, this.#signals];
    const kept = { owners, turns, cache, meanings, askers, streams, pendingAnswers };
    this.link = { counters, ...kept, health, signals, open, addSpent };
  }

  get counterBytes(): number {
    return this.#counters.memory?.byteLength ?? 0;
  }

  seat(index: number): Seat {
    if (index >= this.#seats) throw new Error(`there are ${this.#seats} seats, and none of number ${index}`);
    if (this.#workers.has(index)) throw new Error(`seat ${index} is taken by a worker that has not ended`);
    const { port1, port2 } = new MessageChannel();
    const worker: Worker = new Peer({
      port: port1,
      answers: this.#answersTo(index),
      onGone: () => this.#lose(index, worker),
    });
    this.#workers.set(index, worker);
    return { index, counters: this.#counters.memory, port: port2 };
  }

  free(index: number): void {
    this.#workers.get(index)?.close();
    this.#workers.delete(index);
    this.#health.forget(index);
    this.#counters.free(index);
  }

  close(): void {
    for (const worker of this.#workers.values()) worker.close();
    this.#counters.close();
  }

  #lose(index: number, worker: Worker): void {
    if (this.#workers.get(index) !== worker) return;
    this.#health.forget(index);
  }

  #answersTo(index: number): HubQuestions {
    const { owners, turns, cache, meanings, askers, streams, pendingAnswers, health } = this.link;
    const counters = this.#counters;
    return {
      ...counters.answersTo(index),
      findOwners: (ids) => owners.find(ids),
      keepOwner: (ids, owner) => owners.keep(ids, owner),
      findTurns: (scope, callNames) => turns.find(scope, callNames),
      keepTurn: (scope, kept) => turns.keep(scope, kept),
      findAnswer: (name) => cache.find(name),
      keepAnswer: (kept) => cache.keep(kept),
      purgeAnswers: (what) => cache.purge(what),
      useOfCache: () => cache.use(),
      nearestMeanings: (group, vector) => meanings.nearest(group, vector),
      keepMeaning: (meaning) => meanings.keep(meaning),
      purgeMeanings: (what) => meanings.purge(what),
      noteToldByMeaning: () => meanings.noteTold(),
      useOfMeanings: () => meanings.use(),
      takeAsking: (name, asker, leaseMs) => askers.take(name, asker, leaseMs),
      releaseAsking: (name, asker, hasFailed) => askers.release(name, asker, hasFailed),
      appendToStream: (piece) => streams.append(piece),
      readStream: (id, from) => streams.read(id, from),
      addPending: async (pending, holds) => {
        const isAdded = await pendingAnswers.add(pending);
        if (isAdded) counters.takeOver(index, holdsOf(pending), holds);
        return isAdded;
      },
      takePending: (kept) => pendingAnswers.take(kept),
      takeOverdue: () => pendingAnswers.takeOverdue(),
      takeLast: () => pendingAnswers.takeLast(),
      askConsent: (question) => this.#consents.ask(question),
      giveBackConsent: (id, requestId) => this.#consents.giveBack(id, requestId),
      findRequest: (id, keyId) => this.#toldRequests.find(id, keyId),
      openSession: (question) => this.#chatSessions.open(question),
      keepSessionTurn: (turn) => this.#chatSessions.keep(turn),
      leaveSession: (sessionId, requestId) => this.#chatSessions.leave(sessionId, requestId),
      manageSessions: (deed) => this.#chatSessions.manage(deed),
      storeContent: (content) => this.#storeContent(content),
      report: (part, state) => this.#health.reportOf(index, part, state),
      parts: () => health.parts(),
      send: (signal) => allOf([this.#signals.own.send(signal), this.#tell(signal, index)]),
    };
  }

  /** To all workers but the one that told it. */
  #tell(signal: Signal, from?: number): Promise<void> {
    const others = [...this.#workers].filter(([index]) => index !== from);
    return allOf(
      others.map(async ([, worker]) => void (await answeredWithin(patienceMs, [worker.ask("heed", signal)]))),
    );
  }
}

/** 0 is what a system says that sets no bound. */
function availableBytes(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Infinity);
}
