// Counters as the hub has them for its workers: in memory that all threads share, or elsewhere, where the main thread asks for its
// workers. Called by hub.ts. Invariant: what a worker had reserved when it ended is given back.

import { ScopeMap } from "#domain/access/scope.ts";
import type { Clock } from "#domain/clock.ts";
import type { Counters, ReservationRequest, Settlement } from "#link/counters.ts";
import type { Opening } from "#link/opening.ts";
import type { HandedHold } from "#link/shared/handed-hold.ts";
import { createSharedMemory } from "#link/shared/layout.ts";
import type { SharedSize } from "#link/shared/layout.ts";
import { SharedCounters } from "#link/shared/shared-counters.ts";
import type { HubQuestions } from "./seat.ts";

export type CounterQuestions = Pick<HubQuestions, "reserve" | "extend" | "settle" | "leave" | "inUse">;

export interface HubCounters {
  /** The main thread's. */
  readonly own: Counters;
  /** For workers; null where they ask. */
  readonly memory: SharedArrayBuffer | null;
  /** Answers what is left of it for the rest of link. */
  open(opening: Opening): Opening;
  /** What was spent elsewhere; answers what of it is left for the rest of link. */
  addSpent(spent: ScopeMap<number>): ScopeMap<number>;
  answersTo(worker: number): CounterQuestions;
  /** From now on the main thread holds what was reserved under these ids. */
  takeOver(worker: number, ids: readonly string[], holds: readonly HandedHold[]): void;
  free(worker: number): void;
  close(): void;
}

export class SharedHubCounters implements HubCounters {
  readonly own: SharedCounters;
  readonly memory: SharedArrayBuffer;

  constructor(size: SharedSize, clock: Clock) {
    this.memory = createSharedMemory(size);
    this.own = new SharedCounters(this.memory, clock);
  }

  open({ spent, counted = [], ...rest }: Opening): Opening {
    this.own.open({ spent, counted });
    return { ...rest, spent: new ScopeMap() };
  }

  addSpent(spent: ScopeMap<number>): ScopeMap<number> {
    this.own.addSpent(spent);
    return new ScopeMap();
  }

  /** Of what the main thread has taken over. */
  answersTo(): CounterQuestions {
    return questionsOf(this.own);
  }

  takeOver(_worker: number, _ids: readonly string[], holds: readonly HandedHold[]): void {
    for (const hold of holds) this.own.adopt(hold);
  }

  free(worker: number): void {
    this.own.freeSeat(worker);
  }

  close(): void {
    this.own.close();
  }
}

export class AskedHubCounters implements HubCounters {
  readonly own: Counters;
  readonly memory = null;
  /** By worker: the tokens of each reservation that is not settled, by its id. */
  readonly #held = new Map<number, Map<string, number>>();

  constructor(own: Counters) {
    this.own = own;
  }

  open(opening: Opening): Opening {
    return opening;
  }

  addSpent(spent: ScopeMap<number>): ScopeMap<number> {
    return spent;
  }

  answersTo(worker: number): CounterQuestions {
    const held = new Map<string, number>();
    this.#held.set(worker, held);
    return {
      ...questionsOf(this.own),
      reserve: async (request: ReservationRequest) => {
        const reservation = await this.own.reserve(request);
        if (reservation.admitted) held.set(request.id, request.tokens);
        return reservation;
      },
      settle: (settlement: Settlement) => {
        if (settlement.staysRunning !== true) held.delete(settlement.id);
        return this.own.settle(settlement);
      },
      leave: (id) => {
        held.delete(id);
        this.own.leave(id);
      },
    };
  }

  takeOver(worker: number, ids: readonly string[]): void {
    for (const id of ids) this.#held.get(worker)?.delete(id);
  }

  /** What its requests would have cost nobody knows any more. */
  free(worker: number): void {
    for (const [id, tokens] of this.#held.get(worker) ?? []) void this.#giveBack(id, tokens);
    this.#held.delete(worker);
  }

  close(): void {}

  async #giveBack(id: string, tokens: number): Promise<void> {
    try {
      await this.own.settle({ id, tokens, costNanos: 0 });
      this.own.leave(id);
    } catch {
      // It expires.
    }
  }
}

function questionsOf(counters: Counters): CounterQuestions {
  return {
    reserve: (request) => counters.reserve(request),
    extend: (extension) => counters.extend(extension),
    settle: (settlement) => counters.settle(settlement),
    leave: (id) => counters.leave(id),
    inUse: (scopes) => counters.inUse(scopes),
  };
}
