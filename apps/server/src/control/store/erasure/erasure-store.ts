// What the store has for a person's own data: all of it, to be handed out, and its erasure.

import type { Progress } from "./subject.ts";

export interface ErasureRow {
  readonly userId: string;
  /** Epoch ms. */
  readonly startedAt: number;
  /** Null while entries and events are still looked through. */
  readonly finishedAt: number | null;
  readonly progress: Pick<Progress, "requests" | "entries" | "events">;
}

export interface PersonalRow {
  /** What it is: `account`, `key`, `session`. */
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface PersonalPage {
  readonly rows: readonly PersonalRow[];
  /** To be handed in for the page behind it; null where there is none. */
  readonly next: string | null;
}

export interface ErasureStore {
  /** All that is stored about a user, page by page, without secrets. */
  personal(userId: string, after: string | null, limit: number): Promise<PersonalPage>;
  /**
   * Removes what is the user's alone, and begins to look through what others read. Idempotent; undefined where nothing is known of such a
   * user.
   */
  begin(userId: string): Promise<ErasureRow | undefined>;
  find(userId: string): Promise<ErasureRow | undefined>;
  /** The latest first. */
  list(page: { readonly limit: number; readonly after?: string }): Promise<readonly ErasureRow[]>;
  /** Ids of users whose erasures are not done. */
  open(): Promise<readonly string[]>;
  /** Looks through the next part of what is kept, in one transaction. False where the round is done. */
  step(userId: string): Promise<boolean>;
  /** The second round, once nobody writes any more who knew the user; behind that one it is done. */
  endRound(userId: string): Promise<void>;
}
