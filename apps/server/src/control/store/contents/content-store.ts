// What the store has of the texts of requests: sealed, so that it knows nothing of what they say.

import type { Reach } from "#domain/access/may.ts";

export interface ContentRow {
  readonly requestId: string;
  /** At which the request arrived. */
  readonly createdAt: number;
  readonly userId: string;
  readonly apiKeyId: string;
  readonly teamId: string | null;
  /** By which it opens. */
  readonly contentKeyId: string;
  readonly sealed: string;
}

export interface ContentKeyRow {
  readonly id: string;
  readonly sealed: string;
}

export interface ContentStore {
  /** For how long they are kept. 0: none are stored. */
  readonly days: number;
  /** Each once. Those of users who are erased are not. */
  add(rows: readonly ContentRow[]): Promise<void>;
  /** What is older than it is kept is found by nobody, also while it is not removed yet. */
  find(requestId: string, reach: Reach): Promise<ContentRow | undefined>;
  isThere(requestId: string): Promise<boolean>;
  addKey(key: ContentKeyRow): Promise<void>;
  findKey(id: string): Promise<ContentKeyRow | undefined>;
  /** Removes so many at most that are older than they are kept. Answers how many. */
  forget(most: number): Promise<number>;
  /** Removes keys by which nothing is sealed (any more). */
  forgetKeys(): Promise<void>;
}
