import type { Store } from "#control/store/store.ts";
import type { Clock } from "#domain/clock.ts";

interface HeldSessionsDeps {
  readonly store: Pick<Store, "chats">;
  readonly clock: Clock;
}

/** After the death of this process a session is in nobody's hands so soon. */
const holdMs = 30_000;
const renewMs = 10_000;

/** What is in the hands of requests of this process: said again and again to the database, until they have ended. */
export class HeldSessions {
  readonly #deps: HeldSessionsDeps;
  /** Until when at most, by the monotonic clock: a thread that died gives nothing back. */
  readonly #requests = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;

  constructor(deps: HeldSessionsDeps) {
    this.#deps = deps;
  }

  /** As the database is to know it, in epoch ms. */
  until(): number {
    return this.#deps.clock.now() + holdMs;
  }

  add(requestId: string, mostMs: number): void {
    this.#requests.set(requestId, this.#deps.clock.monotonic() + mostMs);
    this.#timer ??= setInterval(() => void this.#renew(), renewMs).unref();
  }

  remove(requestId: string): void {
    this.#requests.delete(requestId);
    if (this.#requests.size === 0) this.close();
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  async #renew(): Promise<void> {
    const { store, clock } = this.#deps;
    for (const [id, until] of this.#requests) if (until < clock.monotonic()) this.remove(id);
    const held = [...this.#requests.keys()];
    // Whoever is not heard tries it again ten seconds later.
    if (held.length > 0) await store.chats.holdOn(held, this.until()).catch(() => undefined);
  }
}
