// A worker's side of link. Called by the worker with the seat that the main thread gave it.

import type { Awaitable, Clock } from "#domain/clock.ts";
import type { StoreContent } from "#link/contents.ts";
import type { ChatSessions, DeedAnswer, SessionAnswer } from "#link/chat-sessions.ts";
import type { ConsentAnswer, Consents } from "#link/consents.ts";
import type { Counters, Extension, Reservation, ReservationRequest, ScopeUse, Settlement } from "#link/counters.ts";
import type { Scope } from "#domain/access/scope.ts";
import type { Askers } from "#link/askers.ts";
import type { Link } from "#link/link.ts";
import type { Meanings } from "#link/meanings.ts";
import { MemorySignals } from "#link/memory/signals.ts";
import { holdsOf } from "#link/pending-answers.ts";
import type { KeptId, PendingAnswer, PendingAnswers } from "#link/pending-answers.ts";
import type { ToldRequests } from "#link/told-requests.ts";
import { notKept } from "#link/streams.ts";
import type { Streams } from "#link/streams.ts";
import { SharedCounters } from "#link/shared/shared-counters.ts";
import { Peer } from "./peer.ts";
import type { HubQuestions, Seat, WorkerQuestions } from "./seat.ts";
import { ThreadsSignals } from "./signals.ts";

type Hub = Peer<HubQuestions, WorkerQuestions>;

/** What the main thread decides by its store is asked of it as well. */
export interface JoinedLink extends Link {
  readonly consents: Consents;
  readonly toldRequests: ToldRequests;
  readonly chatSessions: ChatSessions;
  readonly storeContent: StoreContent;
}

/** `clock` is that of `domain/clock`, or one that is the same in all threads as that one is. */
export function joinLink(seat: Seat, clock: Clock): JoinedLink {
  const listeners = new MemorySignals();
  const hub: Hub = new Peer({ port: seat.port, answers: { heed: (signal) => listeners.send(signal) } });
  const own = seat.counters === null ? null : new SharedCounters(seat.counters, clock, seat.index);
  const counters = own === null ? null : new WorkerCounters(own, hub);
  return {
    counters: counters ?? askedOf(hub),
    owners: {
      find: (ids) => hub.ask("findOwners", ids),
      keep: (ids, owner) => hub.ask("keepOwner", ids, owner),
    },
    turns: {
      find: (scope, callNames) => hub.ask("findTurns", scope, callNames),
      keep: (scope, kept) => hub.ask("keepTurn", scope, kept),
    },
    cache: {
      // A main thread that is ending knows none.
      find: (name) => hub.ask("findAnswer", name).catch(() => null),
      keep: (kept) => hub.ask("keepAnswer", kept).catch(() => undefined),
      purge: (what) => hub.ask("purgeAnswers", what),
      use: () => hub.ask("useOfCache"),
    },
    meanings: meaningsOf(hub),
    askers: askersOf(hub),
    streams: streamsOf(hub),
    pendingAnswers: counters === null ? pendingOf(hub) : new WorkerPendingAnswers(counters, hub),
    health: {
      report: (part, health) => hub.tell("report", part, health),
      parts: () => hub.ask("parts"),
    },
    consents: {
      ask: (question) => hub.ask("askConsent", question).catch((): ConsentAnswer => ({ kind: "unknown" })),
      giveBack: (id, requestId) => hub.ask("giveBackConsent", id, requestId).catch(() => undefined),
    },
    toldRequests: { find: (id, keyId) => hub.ask("findRequest", id, keyId) },
    chatSessions: {
      open: (question) => hub.ask("openSession", question).catch((): SessionAnswer => ({ kind: "unknown" })),
      keep: (turn) => hub.ask("keepSessionTurn", turn).catch(() => false),
      leave: (sessionId, requestId) => hub.ask("leaveSession", sessionId, requestId).catch(() => undefined),
      manage: (deed) => hub.ask("manageSessions", deed).catch((): DeedAnswer => ({ kind: "unknown" })),
    },
    storeContent: (content) => hub.ask("storeContent", content),
    signals: new ThreadsSignals(listeners, (signal) => hub.ask("send", signal)),
  };
}

function meaningsOf(hub: Hub): Meanings {
  return {
    nearest: (group, vector) => hub.ask("nearestMeanings", group, vector).catch(() => []),
    keep: (meaning) => hub.ask("keepMeaning", meaning).catch(() => undefined),
    purge: (what) => hub.ask("purgeMeanings", what),
    noteTold: () => hub.tell("noteToldByMeaning"),
    use: () => hub.ask("useOfMeanings"),
  };
}

function askersOf(hub: Hub): Askers {
  return {
    // A main thread that is ending has nobody wait.
    take: (name, asker, leaseMs) =>
      hub.ask("takeAsking", name, asker, leaseMs).catch(() => ({ isMine: true, failures: 0 })),
    release: (name, asker, hasFailed) => hub.ask("releaseAsking", name, asker, hasFailed).catch(() => undefined),
  };
}

function streamsOf(hub: Hub): Streams {
  return {
    append: (piece) => hub.ask("appendToStream", piece).catch(() => notKept),
    read: (id, from) => hub.ask("readStream", id, from),
  };
}

/** The main thread asks for it where they are. */
function askedOf(hub: Hub): Counters {
  return {
    reserve: (request) => hub.ask("reserve", request),
    extend: (extension) => hub.ask("extend", extension),
    settle: (settlement) => hub.ask("settle", settlement),
    leave: (id) => hub.tell("leave", id),
    inUse: (scopes) => hub.ask("inUse", scopes),
  };
}

function pendingOf(hub: Hub): PendingAnswers {
  return {
    add: (pending) => hub.ask("addPending", pending, []),
    take: (kept) => hub.ask("takePending", kept),
    takeOverdue: () => hub.ask("takeOverdue"),
    takeLast: () => hub.ask("takeLast"),
  };
}

/** A request whose answer is waited for in the background may be settled by any thread: the main thread holds it then. */
class WorkerCounters implements Counters {
  readonly own: SharedCounters;
  readonly #hub: Hub;
  /** What the main thread holds, and this one is to settle. */
  readonly #elsewhere = new Set<string>();

  constructor(own: SharedCounters, hub: Hub) {
    this.own = own;
    this.#hub = hub;
  }

  reserve(request: ReservationRequest): Reservation {
    return this.own.reserve(request);
  }

  extend(extension: Extension): Awaitable<number> {
    return this.#elsewhere.has(extension.id) ? this.#hub.ask("extend", extension) : this.own.extend(extension);
  }

  settle(settlement: Settlement): Awaitable<number> {
    const { id, staysRunning = false } = settlement;
    if (!this.#elsewhere.has(id)) return this.own.settle(settlement);
    if (!staysRunning) this.#elsewhere.delete(id);
    return this.#hub.ask("settle", settlement);
  }

  leave(id: string): void {
    if (this.#elsewhere.delete(id)) this.#hub.tell("leave", id);
    else this.own.leave(id);
  }

  inUse(scopes: readonly Scope[]): readonly ScopeUse[] {
    return this.own.inUse(scopes);
  }

  settleElsewhere(id: string): void {
    this.#elsewhere.add(id);
  }

  forget(id: string): void {
    this.#elsewhere.delete(id);
  }
}

class WorkerPendingAnswers implements PendingAnswers {
  readonly #counters: WorkerCounters;
  readonly #hub: Hub;

  constructor(counters: WorkerCounters, hub: Hub) {
    this.#counters = counters;
    this.#hub = hub;
  }

  async add(pending: PendingAnswer): Promise<boolean> {
    const ids = holdsOf(pending);
    const holds = ids.flatMap((id) => this.#counters.own.handOver(id) ?? []);
    let isAdded = false;
    try {
      isAdded = await this.#hub.ask("addPending", pending, holds);
    } finally {
      if (isAdded) for (const id of ids) this.#counters.forget(id);
      else for (const hold of holds) this.#counters.own.adopt(hold);
    }
    return isAdded;
  }

  async take(kept: KeptId): Promise<PendingAnswer | undefined> {
    const taken = await this.#hub.ask("takePending", kept);
    return taken && this.#toSettle(taken);
  }

  async takeOverdue(): Promise<readonly PendingAnswer[]> {
    return (await this.#hub.ask("takeOverdue")).map((pending) => this.#toSettle(pending));
  }

  async takeLast(): Promise<readonly PendingAnswer[]> {
    return (await this.#hub.ask("takeLast")).map((pending) => this.#toSettle(pending));
  }

  #toSettle(pending: PendingAnswer): PendingAnswer {
    for (const id of holdsOf(pending)) this.#counters.settleElsewhere(id);
    return pending;
  }
}
