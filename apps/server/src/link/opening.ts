import type { ScopeMap } from "#domain/access/scope.ts";
import type { Awaitable } from "#domain/clock.ts";
import type { CountedScope } from "./counters.ts";
import type { OwnedObject } from "./owners.ts";

/** What has a window of hours or days. */
export type WindowScope = CountedScope & { readonly windowMs: number };

/** What was counted in a window at a time. */
export interface CountedEntry {
  /** Before the present moment. */
  readonly agoMs: number;
  readonly requests: number;
  readonly tokens: number;
  readonly costNanos: number;
}

/** What earlier processes have counted in such a window. */
export interface CountedBefore extends CountedEntry {
  readonly scope: WindowScope;
}

/** What earlier processes left behind, by what the database and the journal say. */
export interface Opening {
  /** Nano-USD. */
  readonly spent: ScopeMap<number>;
  /** The part of that which the journal holds, and the database does not have yet. */
  readonly unstored?: ScopeMap<number>;
  /** Of each window the oldest first. An engine that others count by as well knows it already. */
  readonly counted?: readonly CountedBefore[];
  /** Oldest first. */
  readonly objects: readonly OwnedObject[];
}

/** An engine that begins to count and to remember. Called before the first request. */
export interface Openable {
  open(opening: Opening): Awaitable<void>;
  /** What was spent elsewhere, in nano-USD, and is in the database by now: it is counted beside what is known. */
  addSpent(spent: ScopeMap<number>): Awaitable<void>;
}
