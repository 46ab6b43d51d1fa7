// Link as real worker threads have it: a main thread's side here, and threads that do what they are told.

import { MessageChannel, Worker } from "node:worker_threads";
import type { Counters, ReservationRequest } from "#link/counters.ts";
import type { LinkBounds } from "#link/memory/memory-link.ts";
import { createMemoryLink } from "#link/memory/memory-link.ts";
import type { OwnedObject } from "#link/owners.ts";
import { createThreadsHub } from "#link/threads/hub.ts";
import type { ThreadsHub } from "#link/threads/hub.ts";
import { Peer } from "#link/threads/peer.ts";
import type { Questions } from "#link/threads/peer.ts";
import type { Joining, ThreadCommands } from "./counting-thread.ts";
import type { StartedLink } from "./engines.ts";
import { SharedTestClock } from "./shared-test-clock.ts";

export type Commands = Peer<ThreadCommands, Questions>;

/** A process that holds many gigabytes, if only by name, can start no others. */
const mostBytes = 2 ** 20;

export function startThread(): Worker {
  const thread = new Worker(new URL("./counting-thread.ts", import.meta.url));
  thread.unref();
  return thread;
}

/** Lets the thread take a seat. */
export function join(thread: Worker, hub: ThreadsHub, seat: number, clock: SharedTestClock): Commands {
  const { port1, port2 } = new MessageChannel();
  const joining: Joining = { seat: hub.seat(seat), commands: port2, clock: clock.memory };
  thread.postMessage(joining, [joining.seat.port, port2]);
  return new Peer({ port: port1, answers: {} });
}

export interface ThreadStage extends StartedLink {
  readonly hub: ThreadsHub;
  readonly clock: SharedTestClock;
  readonly threads: readonly Worker[];
  /** Of each of the threads, in their order. */
  readonly commands: readonly Commands[];
}

/** Whose `counters` are each time those of the next thread. */
export async function startStage(threads: readonly Worker[], bounds?: LinkBounds): Promise<ThreadStage> {
  const clock = new SharedTestClock();
  const written: OwnedObject[] = [];
  const link = createMemoryLink({ clock, write: (object) => void written.push(object), ...(bounds && { bounds }) });
  const hub = createThreadsHub({ link, clock, seats: threads.length + 1, mostBytes });
  const commands = threads.map((thread, seat) => join(thread, hub, seat, clock));
  return {
    hub,
    clock,
    threads,
    commands,
    written,
    link: { ...hub.link, counters: new AlternatingCounters(commands) },
    async advance(ms) {
      clock.ms += ms;
      // What a thread does by a timer, which this clock does not move: it gives back what has expired there.
      await Promise.all(commands.map((peer) => peer.ask("inUse", [])));
    },
    async close() {
      hub.close();
      for (const peer of commands) peer.close();
    },
  };
}

/** Each decision by another thread; what is about a reservation by the one that has made it. */
class AlternatingCounters implements Counters {
  readonly #threads: readonly Commands[];
  readonly #threadOf = new Map<string, Commands>();
  #turn = 0;

  constructor(threads: readonly Commands[]) {
    this.#threads = threads;
  }

  reserve(request: ReservationRequest) {
    const thread = this.#next();
    this.#threadOf.set(request.id, thread);
    return thread.ask("reserve", request);
  }

  extend(extension: Parameters<Counters["extend"]>[0]) {
    return this.#of(extension.id).ask("extend", extension);
  }

  settle(settlement: Parameters<Counters["settle"]>[0]) {
    return this.#of(settlement.id).ask("settle", settlement);
  }

  leave(id: string): void {
    this.#of(id).tell("leave", id);
  }

  inUse(scopes: Parameters<Counters["inUse"]>[0]) {
    return this.#next().ask("inUse", scopes);
  }

  #of(id: string): Commands {
    return this.#threadOf.get(id) ?? this.#next();
  }

  #next(): Commands {
    this.#turn += 1;
    const thread = this.#threads[this.#turn % this.#threads.length];
    if (thread === undefined) throw new Error("there is no thread");
    return thread;
  }
}
