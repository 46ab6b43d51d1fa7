// One who follows events: what he may see, how far he has come, and the lines that he is sent.

import { typeOf, type EventName } from "@ghostllm/contract/events";
import type { EventFilter, EventStore } from "#control/store/events/event-store.ts";
import type { Actor } from "#domain/access/actor.ts";
import type { EventDraft } from "#domain/event.ts";
import type { OutboxWatch } from "./outbox-watch.ts";
import { Pause } from "./pause.ts";
import { eventsSeenBy, isSeen, namesIn } from "./seen-by.ts";
import { toCloudEvent } from "./to-cloud-event.ts";

const mostAtOnce = 200;
/** Of what is live only: a follower who does not read misses the rest. */
const mostLive = 1_000;
const keepAliveMs = 10_000;
const faultMs = 1_000;
/** For browsers: when to come back. */
const opening = ": events follow\nretry: 2000\n\n";

export interface FollowerDeps {
  readonly store: EventStore;
  readonly watch: OutboxWatch;
  readonly source: string;
}

export interface Following {
  readonly actor: Actor;
  /** All where it is left out. */
  readonly names: readonly EventName[] | undefined;
  /** The place of the last event that the follower has; null where he begins. */
  readonly lastEventId: string | null;
  /** Who he is now. Rejects when what he has shown is of no worth any more. */
  readonly recheck: () => Promise<Actor>;
}

export class EventFollower {
  readonly #following: Following;
  readonly #deps: FollowerDeps;
  readonly #pause = new Pause();
  readonly #stopListening: () => void;
  #actor: Actor;
  #filter: EventFilter;
  #place = 0;
  #live: EventDraft[] = [];
  #isEnded = false;
  #isToRecheck = false;

  constructor(following: Following, deps: FollowerDeps) {
    this.#following = following;
    this.#deps = deps;
    this.#actor = following.actor;
    this.#filter = eventsSeenBy(following.actor, following.names);
    this.#stopListening = deps.watch.listen(() => this.#pause.wake());
  }

  get actor(): Actor {
    return this.#actor;
  }

  get filter(): EventFilter {
    return this.#filter;
  }

  async begin(): Promise<void> {
    const head = await this.#deps.store.head();
    const last = Number(this.#following.lastEventId ?? head);
    this.#place = Number.isSafeInteger(last) && last >= 0 ? Math.min(last, head) : head;
  }

  tellLive(event: EventDraft): void {
    if (!isSeen(event, this.#filter)) return;
    if (this.#live.length < mostLive) this.#live.push(event);
    this.#pause.wake();
  }

  recheckSoon(): void {
    this.#isToRecheck = true;
    this.#pause.wake();
  }

  end(): void {
    this.#isEnded = true;
    this.#stopListening();
    this.#pause.wake();
  }

  async *lines(): AsyncGenerator<string> {
    yield opening;
    while (!this.#isEnded) {
      const [text, isMore] = await this.#next().catch(() => this.#rest());
      if (text !== "") yield text;
      if (isMore) continue;
      const startedAt = performance.now();
      await this.#pause.wait(keepAliveMs);
      if (performance.now() - startedAt < keepAliveMs) continue;
      yield ": \n\n";
      this.#isToRecheck = true;
    }
  }

  /** What there is to be sent, and whether there may be more. */
  async #next(): Promise<readonly [string, boolean]> {
    if (this.#isToRecheck && !(await this.#mayGoOn())) return ["", false];
    const { store, source } = this.#deps;
    const stored = await store.after(this.#place, mostAtOnce, this.#filter);
    this.#place = stored.at(-1)?.sequence ?? this.#place;
    const lines = stored.map((event) => `id: ${event.sequence}\n${linesOf(event, source)}`);
    return [lines.join("") + this.#takeLive(), stored.length === mostAtOnce];
  }

  #takeLive(): string {
    const { source } = this.#deps;
    const live = this.#live.splice(0);
    return live.map((event) => linesOf(event, source)).join("");
  }

  /** The database is away, and is asked again: what it does not have is told meanwhile. */
  async #rest(): Promise<readonly [string, boolean]> {
    await new Promise((resolve) => setTimeout(resolve, faultMs).unref());
    return [this.#takeLive(), true];
  }

  async #mayGoOn(): Promise<boolean> {
    this.#isToRecheck = false;
    try {
      this.#actor = await this.#following.recheck();
      this.#filter = eventsSeenBy(this.#actor, this.#following.names);
      if (namesIn(this.#filter).length === 0) this.end();
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : null;
      // That the database is away ends nobody's stream.
      if (code === "invalid_api_key" || code === "permission_denied") this.end();
    }
    return !this.#isEnded;
  }
}

function linesOf(event: EventDraft, source: string): string {
  return `event: ${typeOf(event.name)}\ndata: ${JSON.stringify(toCloudEvent(event, source))}\n\n`;
}
