// A worker thread that joins link as often as it is told to, and does with each what the test asks of it.

import { parentPort } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import type { LimitedScope } from "#domain/principal.ts";
import type { Link } from "#link/link.ts";
import { GuardedWords } from "#link/shared/guarded-words.ts";
import type { Signal } from "#link/signals.ts";
import { joinLink } from "#link/threads/join.ts";
import { Peer } from "#link/threads/peer.ts";
import type { Seat } from "#link/threads/seat.ts";
import { SharedTestClock } from "./shared-test-clock.ts";

export interface Joining {
  readonly seat: Seat;
  readonly commands: MessagePort;
  readonly clock: SharedArrayBuffer;
}

export interface Rush {
  readonly scopes: readonly LimitedScope[];
  readonly times: number;
  readonly tokens: number;
  readonly costNanos: number;
  /** So many threads begin at once. */
  readonly threads: number;
  readonly ready: SharedArrayBuffer;
}

export type ThreadCommands = Pick<Link["counters"], "reserve" | "extend" | "settle" | "leave" | "inUse"> & {
  /** Reserves again and again, and answers the ids of what was admitted. */
  readonly rush: (rush: Rush) => readonly string[];
  /** The next change comes to a stop for so long when it has written so much, and counts in the memory when it has. */
  readonly stopAfter: (writes: number, forMs: number, stopped: SharedArrayBuffer) => void;
  readonly addPending: Link["pendingAnswers"]["add"];
  readonly takePending: Link["pendingAnswers"]["take"];
  readonly report: (...input: Parameters<Link["health"]["report"]>) => Promise<void>;
  /** Listens to all kinds. Heeding one takes so long, or fails. */
  readonly listen: (heedMs: number, failure: string | null) => void;
  readonly heard: () => readonly Signal[];
  readonly send: Link["signals"]["send"];
};

let serial = 0;

function rush({ counters }: Link, { scopes, times, tokens, costNanos, threads, ready }: Rush): readonly string[] {
  const count = new Int32Array(ready);
  Atomics.add(count, 0, 1);
  Atomics.notify(count, 0);
  for (let there = 0; there < threads; there = Atomics.load(count, 0)) Atomics.wait(count, 0, there);
  const admitted: string[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    const id = `rush-${(serial += 1)}`;
    const made = counters.reserve({ id, scopes, tokens, costNanos, lifetimeMs: 600_000 });
    if (made instanceof Promise) throw new TypeError("threads decide at once");
    if (made.admitted) admitted.push(id);
  }
  return admitted;
}

/** Of this thread alone: each has the sources to itself. */
function stopAfter(writes: number, forMs: number, stopped: SharedArrayBuffer): void {
  const { set } = GuardedWords.prototype;
  let left = writes;
  GuardedWords.prototype.set = function stopping(at, value) {
    left -= 1;
    if (left === -1) {
      Atomics.add(new Int32Array(stopped), 0, 1);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs);
    }
    set.call(this, at, value);
  };
}

function commandsOf(link: Link): ThreadCommands {
  const { counters, pendingAnswers, health, signals } = link;
  const heard: Signal[] = [];
  return {
    reserve: (request) => counters.reserve(request),
    extend: (extension) => counters.extend(extension),
    settle: (settlement) => counters.settle(settlement),
    leave: (id) => counters.leave(id),
    inUse: (scopes) => counters.inUse(scopes),
    rush: (wish) => rush(link, wish),
    stopAfter,
    addPending: (pending) => pendingAnswers.add(pending),
    takePending: (kept) => pendingAnswers.take(kept),
    async report(part, state) {
      health.report(part, state);
      // By then the main thread has heard it.
      await health.parts();
    },
    listen(heedMs, failure) {
      for (const kind of ["snapshot_changed", "object_changed", "right_withdrawn"] as const) {
        signals.listen(kind, async (signal) => {
          await new Promise((resolve) => setTimeout(resolve, heedMs));
          heard.push(signal);
          if (failure !== null) throw new Error(failure);
        });
      }
    },
    heard: () => heard,
    send: (signal) => signals.send(signal),
  };
}

const peers: object[] = [];

parentPort?.on("message", ({ seat, commands, clock }: Joining) => {
  peers.push(new Peer({ port: commands, answers: commandsOf(joinLink(seat, new SharedTestClock(clock))) }));
});
