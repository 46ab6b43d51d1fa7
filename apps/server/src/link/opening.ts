import type { ScopeMap } from "#domain/access/scope.ts";
import type { Awaitable } from "#domain/clock.ts";
import type { OwnedObject } from "./owners.ts";

/** What earlier processes left behind, by what the database and the journal say. */
export interface Opening {
  /** Nano-USD. */
  readonly spent: ScopeMap<number>;
  /** Oldest first. */
  readonly objects: readonly OwnedObject[];
}

/** An engine that begins to count and to remember. Called before the first request. */
export interface Openable {
  open(opening: Opening): Awaitable<void>;
}
