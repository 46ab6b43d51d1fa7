// Whoever follows events: each from a place of his own, so that who comes back misses nothing that is stored. What is live only is
// told as it comes. Invariant: a stream tells what its follower may see at that moment, and ends when he may see nothing.

import { AsyncLocalStorage } from "node:async_hooks";
import { Readable } from "node:stream";
import { GhostError } from "@ghostllm/contract";
import { eventOrigins, type EventName } from "@ghostllm/contract/events";
import type { Clock } from "#domain/clock.ts";
import { mayChangeAccess, type Signals } from "#link/signals.ts";
import { EventFollower, type FollowerDeps, type Following } from "./event-follower.ts";
import { namesIn } from "./seen-by.ts";

export interface EventStreamsDeps extends FollowerDeps {
  readonly signals: Signals;
  /** Of this process, among those of the database. */
  readonly instance: string;
  readonly clock: Clock;
}

const mostStreams = 256;
const mostOfOne = 16;
const renewMs = 5_000;
/** So long events of requests are stored for a follower who may come back. */
const lingerMs = 60_000;

export class EventStreams {
  readonly #deps: EventStreamsDeps;
  readonly #followers = new Set<EventFollower>();
  /** The patience of one request is not that of all that follows from it. */
  readonly #outside = AsyncLocalStorage.snapshot();
  readonly #stopListening: readonly (() => void)[];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(deps: EventStreamsDeps) {
    this.#deps = deps;
    const { signals } = deps;
    const recheck = (): void => this.#followers.forEach((follower) => follower.recheckSoon());
    this.#stopListening = [
      signals.listen("event_happened", ({ event }) => this.#followers.forEach((follower) => follower.tellLive(event))),
      signals.listen("right_withdrawn", recheck),
      signals.listen("object_changed", ({ change }) => {
        if (mayChangeAccess(change)) recheck();
      }),
    ];
  }

  /** Server-sent events. */
  async open(following: Following): Promise<Readable> {
    const { userId } = following.actor;
    if (this.#isClosed) throw new GhostError("service_unavailable", "GhostLLM is stopping", { retryAfterSeconds: 2 });
    if (this.#followers.size >= mostStreams)
      throw new GhostError("service_unavailable", "Too many follow events already", { retryAfterSeconds: 10 });
    if ([...this.#followers].filter(({ actor }) => actor.userId === userId).length >= mostOfOne)
      throw new GhostError("rate_limit_exceeded", `You follow events ${mostOfOne} times already: end some`);
    const follower = new EventFollower(following, this.#deps);
    this.#followers.add(follower);
    try {
      await this.#renew();
      await follower.begin();
    } catch (error) {
      this.#remove(follower);
      throw error;
    }
    this.#timer ??= this.#outside(() => setInterval(() => void this.#renew().catch(() => undefined), renewMs).unref());
    const readable = Readable.from(follower.lines(), { objectMode: false });
    readable.once("close", () => this.#remove(follower));
    return readable;
  }

  close(): void {
    this.#isClosed = true;
    for (const stop of this.#stopListening) stop();
    for (const follower of this.#followers) follower.end();
    clearInterval(this.#timer);
  }

  #remove(follower: EventFollower): void {
    follower.end();
    this.#followers.delete(follower);
    if (this.#followers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** What they follow is stored, and what is live only is told. */
  async #renew(): Promise<void> {
    const names = new Set([...this.#followers].flatMap(({ filter }) => namesIn(filter)));
    const { store, signals, clock, instance } = this.#deps;
    const isLive = (name: EventName): boolean => eventOrigins[name] === "live";
    if ([...names].some(isLive))
      void signals.send({ kind: "events_watched", forMs: 3 * renewMs }).catch(() => undefined);
    const stored = [...names].filter((name) => !isLive(name));
    if (stored.some((name) => eventOrigins[name] === "record"))
      await store.want({ sink: `stream ${instance}`, names: stored, until: clock.now() + lingerMs });
  }
}
