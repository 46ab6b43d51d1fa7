// The engines that the suites about link run over. Each suite asks of all of them the same.

import type { Worker } from "node:worker_threads";
import type { Clock } from "#domain/clock.ts";
import type { Link } from "#link/link.ts";
import { createMemoryLink } from "#link/memory/memory-link.ts";
import type { LinkBounds } from "#link/memory/memory-link.ts";
import type { Openable } from "#link/opening.ts";
import type { OwnedObject } from "#link/owners.ts";
import { createThreadsHub } from "#link/threads/hub.ts";
import { joinLink } from "#link/threads/join.ts";
import { redisEngines } from "./redis.ts";
import { startStage, startThread } from "./threads.ts";
import { TestClock } from "../support/stage.ts";

export interface StartedLink {
  readonly link: Link & Openable;
  /** What was told that is to be known after a restart, in order. */
  readonly written: readonly OwnedObject[];
  /** Lets time pass. */
  advance(ms: number): Promise<void>;
  /** Where a thread of several counts: it ends, with all that it holds, and another goes on in its place. */
  endThread?(): Promise<void>;
  close(): Promise<void>;
}

export interface LinkEngine {
  readonly name: string;
  /** It answers over a network: what is done ten thousand times is done less often. */
  readonly isRemote?: boolean;
  start(bounds?: LinkBounds): Promise<StartedLink>;
}

export const linkEngines: readonly LinkEngine[] = [
  { name: "memory", start: async (bounds) => startMemory(bounds) },
  { name: "threads, the main one's", start: async (bounds) => startThreads("main", bounds) },
  { name: "threads, a worker's", start: async (bounds) => startThreads("worker", bounds) },
  {
    name: "threads, each decision in another",
    isRemote: true,
    start: async (bounds) => startStage(twoThreads(), bounds),
  },
  ...redisEngines,
];

/** They are started when they are first needed, and end with the process. */
let started: readonly Worker[] | null = null;
const twoThreads = (): readonly Worker[] => (started ??= [startThread(), startThread()]);

function startMemory(bounds?: LinkBounds): StartedLink & { readonly clock: TestClock } {
  const clock = new TestClock();
  const written: OwnedObject[] = [];
  const link = createMemoryLink({ clock, write: (object) => void written.push(object), ...(bounds && { bounds }) });
  return {
    link,
    written,
    clock,
    async advance(ms) {
      clock.ms += ms;
    },
    async close() {},
  };
}

/** A process that holds many gigabytes, if only by name, can start no others. */
const mostBytes = 2 ** 20;

/** Both sides in this thread, so that listeners can be heard. What real threads do is in link.threads.test.ts. */
function startThreads(side: "main" | "worker", bounds?: LinkBounds): StartedLink {
  const memory = startMemory(bounds);
  const { clock } = memory;
  const hub = createThreadsHub({ link: memory.link, clock, seats: 2, mostBytes });
  const close = async (): Promise<void> => hub.close();
  if (side === "main") return { ...memory, link: hub.link, close };
  const { open, addSpent } = hub.link;
  let thread = mortal(clock);
  let link = { ...joinLink(hub.seat(1), thread.clock), open, addSpent };
  return {
    ...memory,
    close,
    get link() {
      return link;
    },
    async endThread() {
      thread.end();
      hub.free(1);
      thread = mortal(clock);
      link = { ...joinLink(hub.seat(1), thread.clock), open, addSpent };
    },
  };
}

/** The clock of a thread that can end here without ending the process: no time passes in it any more, so that its timers do nothing. */
function mortal(clock: TestClock): { readonly clock: Clock; end(): void } {
  let endedAt: number | null = null;
  return {
    clock: { now: () => clock.now(), monotonic: () => endedAt ?? clock.monotonic() },
    end: () => (endedAt = clock.monotonic()),
  };
}
