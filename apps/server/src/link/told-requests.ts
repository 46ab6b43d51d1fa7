// What a key may know of its own requests, asked of control, which has them. Invariant: nobody is told of a request of another key.

import type { Awaitable } from "#domain/clock.ts";

export interface ToldRequests {
  /** As JSON; null: this key has made no such request, or it is not kept. Rejects where the store does not answer. */
  find(id: string, keyId: string): Awaitable<string | null>;
}

/** Where there is nobody who could know. */
export const nobodyRemembers: ToldRequests = { find: () => null };
