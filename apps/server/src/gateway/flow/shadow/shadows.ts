// The copies that go on in this process. Invariant: as few of an alias at a time as it says, and none when the server has stopped.

import type { AliasShadow } from "#domain/alias-policy.ts";

/** A request that is asked of a second target as well. */
export interface Copy {
  readonly shadow: AliasShadow;
  /** Resolves when nothing of it goes on; never rejects. */
  run(): Promise<void>;
  /** Resolves when it is cut off, and written down. */
  stop(): Promise<void>;
}

/** For the records of those that are cut off when the server stops. */
const lastRecordsMs = 2_000;

export class Shadows {
  readonly #copies = new Set<Copy>();

  /** By its alias. */
  running({ aliasId }: AliasShadow): number {
    let count = 0;
    for (const copy of this.#copies) if (copy.shadow.aliasId === aliasId) count += 1;
    return count;
  }

  begin(copy: Copy): void {
    this.#copies.add(copy);
    // What its client waits for goes first.
    setImmediate(() => void copy.run().finally(() => this.#copies.delete(copy)));
  }

  /** All are cut off, and written down. */
  async stop(): Promise<void> {
    const ends = [...this.#copies].map((copy) => copy.stop());
    const timer = new Promise<void>((resolve) => setTimeout(resolve, lastRecordsMs).unref());
    await Promise.race([Promise.all(ends), timer]);
  }
}
