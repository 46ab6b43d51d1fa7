// What the store knows of spending and of windows: by which link begins to count, and operators see how far budgets are used up.

import type { Counted } from "#domain/access/scope.ts";
import type { CountedBefore, WindowScope } from "#link/opening.ts";

/** What a scope has spent in its whole life, or in a period of a budget, in nano-USD. */
export interface ScopeSpend {
  readonly scope: Counted;
  readonly nanos: number;
}

export interface SpendPage {
  readonly limit: number;
  readonly after?: Counted;
  /** A day, such as 2026-11-30: of periods, those that began then or later. */
  readonly since?: string;
}

export interface SpendStore {
  /** In the order of scopes; `after` is the last one of the page before. */
  list(page: SpendPage): Promise<readonly ScopeSpend[]>;
  /** Nano-USD, in the order of these scopes. */
  of(scopes: readonly Counted[]): Promise<readonly number[]>;
  /** Removes periods that began before this day, such as 2026-08-20, but no more than so many. Answers how many they were. */
  forget(before: string, most: number): Promise<number>;
}

/** Windows of hours and days: what has one, and what the log has for them. */
export interface WindowStore {
  scopes(): Promise<readonly WindowScope[]>;
  /** `now`: epoch ms. Of each window the oldest first. */
  counted(scopes: readonly WindowScope[], now: number): Promise<readonly CountedBefore[]>;
}
