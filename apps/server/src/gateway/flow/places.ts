// Where requests wait that are one too many for their key, user, team, organisation or alias at a time: a queue for each of these, while somebody
// waits. Of each gateway by itself. Held to by admit-in-turn.ts.

import type { ScopeKind } from "#domain/access/scope.ts";
import type { LimitedScope } from "#domain/principal.ts";
import { FairQueue } from "./ask/fair-queue.ts";

export interface PlaceOf {
  readonly kind: ScopeKind;
  readonly id: string;
}

interface Waited {
  readonly place: PlaceOf;
  readonly queue: FairQueue;
}

export class Places {
  readonly #queues = new Map<string, Waited>();

  /**
   * Of these, the first one that bounds what runs and for which somebody waits; null, as almost always: there is none. Who is not bounded waits
   * for nobody: what somebody waits for may be over only when it is asked for, such as an answer in the background.
   */
  awaited(scopes: readonly LimitedScope[]): PlaceOf | null {
    if (this.#queues.size === 0) return null;
    return scopes.find((scope) => scope.limits.concurrentRequests !== null && this.#queues.has(nameOf(scope))) ?? null;
  }

  /** A request that counted for these has ended. */
  left(scopes: readonly PlaceOf[]): void {
    if (this.#queues.size === 0) return;
    for (const scope of scopes) this.#queues.get(nameOf(scope))?.queue.tryNext();
  }

  make(place: PlaceOf): FairQueue {
    const known = this.#queues.get(nameOf(place));
    if (known !== undefined) return known.queue;
    const queue = new FairQueue();
    this.#queues.set(nameOf(place), { place, queue });
    return queue;
  }

  /** Where nobody waits any more. */
  close(place: PlaceOf): void {
    if (this.#queues.get(nameOf(place))?.queue.size === 0) this.#queues.delete(nameOf(place));
  }

  waitingAt(place: PlaceOf): number {
    return this.#queues.get(nameOf(place))?.queue.size ?? 0;
  }

  waiting(): readonly { readonly scope: ScopeKind; readonly waiting: number }[] {
    return [...this.#queues.values()].map(({ place, queue }) => ({ scope: place.kind, waiting: queue.size }));
  }
}

function nameOf({ kind, id }: PlaceOf): string {
  return `${kind} ${id}`;
}
