// Where requests wait whose alias says so, as long as none of their targets has room. Of each gateway by itself. Held to by wait-for-room.ts.

import type { AliasQueue } from "#domain/alias-policy.ts";
import type { QueueReport } from "#domain/target-report.ts";
import { FairQueue } from "./fair-queue.ts";

export class WaitingRoom {
  readonly #queues = new Map<string, { readonly alias: string; readonly queue: FairQueue }>();

  /** Somebody has left a target: who waits may fit. */
  tryNext(): void {
    if (this.#queues.size === 0) return;
    for (const { queue } of this.#queues.values()) queue.tryNext();
  }

  /** Null: nobody waits for this alias. */
  find({ aliasId }: AliasQueue): FairQueue | null {
    return this.#queues.size === 0 ? null : (this.#queues.get(aliasId)?.queue ?? null);
  }

  make({ aliasId, alias }: AliasQueue): FairQueue {
    const known = this.#queues.get(aliasId);
    if (known !== undefined) return known.queue;
    const queue = new FairQueue();
    this.#queues.set(aliasId, { alias, queue });
    return queue;
  }

  /** Where nobody waits any more. */
  close({ aliasId }: AliasQueue): void {
    if (this.#queues.get(aliasId)?.queue.size === 0) this.#queues.delete(aliasId);
  }

  /** Of all aliases for which somebody waits. */
  report(now: number): readonly QueueReport[] {
    return [...this.#queues].map(([aliasId, { queue }]) => {
      return { aliasId, waiting: queue.size, lines: queue.lines, longestMs: queue.longestMs(now) };
    });
  }

  waiting(): readonly { readonly aliasId: string; readonly alias: string; readonly waiting: number }[] {
    return [...this.#queues].map(([aliasId, { alias, queue }]) => ({ aliasId, alias, waiting: queue.size }));
  }
}
