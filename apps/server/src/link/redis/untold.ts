// What Redis has not been told yet of money and of holds that are over, and how it is told: as it stands, so that it may be told
// again. Called by reunion.ts and counters.ts. Invariant: Redis takes as spent what was, or for a moment more, and never less.

import type { Counted } from "#domain/access/scope.ts";
import { ScopeMap } from "#domain/access/scope.ts";
import type { Clock } from "#domain/clock.ts";
import type { RedisCommands } from "./commands.ts";
import type { RedisKeys } from "./keys.ts";
import { leave } from "./scripts/decisions.ts";
import { Telling } from "./telling.ts";
import type { Word } from "./telling.ts";
import type { Unstored } from "./unstored.ts";

export interface UntoldParts {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  readonly clock: Clock;
  readonly unstored: Unstored;
  readonly readSpent: (scopes: readonly Counted[]) => Promise<readonly number[]>;
}

const idsAtOnce = 50;
/** What was stored so long ago everybody has been told. */
const latelyMs = 10_000;

export class Untold {
  readonly #parts: UntoldParts;
  readonly #telling: Telling;
  readonly #givenBack = new Set<string>();
  readonly #learning = new Map<string, Promise<void>>();
  /** Of scopes whose records were stored lately: what the database said then. */
  #stored = new ScopeMap<{ readonly nanos: number; readonly at: number }>();
  /** Stored, and still among what this instance alone knows. */
  #leaving = new ScopeMap<number>();
  #hasLeaving = false;

  constructor(parts: UntoldParts) {
    this.#parts = parts;
    this.#telling = new Telling(parts);
  }

  giveBackLater(id: string): void {
    this.#givenBack.add(id);
  }

  /** The database has records of these charges now. */
  stored(charges: ScopeMap<number>): void {
    for (const [scope, nanos] of charges) this.#leaving.set(scope, (this.#leaving.get(scope) ?? 0) + nanos);
    this.#hasLeaving = true;
  }

  /** What the database has of it, and this instance still tells as its own. */
  storedOf(scope: Counted): number {
    return this.#leaving.get(scope) ?? 0;
  }

  /** What has been stored in the last seconds: Redis may have lost that it was told. */
  storedLately(): readonly Word[] {
    return [...this.#stored].map(([scope, { nanos: stored }]) => ({ scope, stored }));
  }

  /** Rejects where Redis has not heard all of it. */
  async tell(epoch: string): Promise<void> {
    await this.#tellStored(epoch);
    await this.tellChanged(epoch);
  }

  /** The same without asking the database. */
  async tellChanged(epoch: string): Promise<void> {
    const { unstored } = this.#parts;
    while (unstored.hasUntold || this.#givenBack.size > 0) {
      const ids = [...this.#givenBack];
      this.#givenBack.clear();
      const scopes = unstored.takeUntold();
      try {
        await this.giveBack(ids);
        await this.#telling.tell(
          epoch,
          scopes.map((scope) => ({ scope })),
        );
      } catch (error) {
        for (const id of ids) this.#givenBack.add(id);
        unstored.mark(scopes);
        throw error;
      }
    }
  }

  /** All of it, where Redis may have lost what it knew. */
  async tellAll(epoch: string, words: readonly Word[]): Promise<void> {
    try {
      await this.#telling.tell(epoch, words);
    } catch (error) {
      this.#parts.unstored.mark(words.map(({ scope }) => scope));
      throw error;
    }
  }

  async giveBack(ids: readonly string[]): Promise<void> {
    const { commands, keys } = this.#parts;
    const { instance } = commands;
    for (let from = 0; from < ids.length; from += idsAtOnce) {
      const rest = [instance, ...ids.slice(from, from + idsAtOnce)];
      const [word] = await commands.runAnyway(leave, keys.countersOf(instance), rest);
      if (word !== "left") throw new Error("Redis was told too late");
    }
  }

  /** What a scope has spent, which Redis does not know: several that come at once ask the database once. */
  learn(epoch: string, scope: Counted): Promise<void> {
    const key = this.#parts.keys.scope(scope);
    const learning = this.#learning.get(key) ?? this.#learn(epoch, scope).finally(() => this.#learning.delete(key));
    this.#learning.set(key, learning);
    return learning;
  }

  async #learn(epoch: string, scope: Counted): Promise<void> {
    const [stored = 0] = await this.#parts.readSpent([scope]);
    await this.#telling.tell(epoch, [{ scope, stored }], true);
  }

  /**
   * First what the database has, then that this instance alone knows so much less: between the two more is taken for spent
   * than was.
   */
  async #tellStored(epoch: string): Promise<void> {
    const { unstored, readSpent } = this.#parts;
    if (!this.#hasLeaving) return;
    const leaving = [...this.#leaving];
    this.#leaving = new ScopeMap();
    this.#hasLeaving = false;
    const scopes = leaving.map(([scope]) => scope);
    try {
      const spent = await readSpent(scopes);
      const words = scopes.map((scope, index) => ({ scope, stored: spent[index] ?? 0 }));
      this.#remember(words);
      await this.#telling.tell(epoch, words);
    } catch (error) {
      this.stored(new ScopeMap(leaving));
      throw error;
    }
    for (const [scope, nanos] of leaving) unstored.add(scope, -nanos);
    unstored.mark(scopes);
  }

  #remember(words: readonly { readonly scope: Counted; readonly stored: number }[]): void {
    const at = this.#parts.clock.monotonic();
    const lately = [...this.#stored].filter(([, known]) => known.at >= at - latelyMs);
    this.#stored = new ScopeMap(lately);
    for (const { scope, stored: nanos } of words) this.#stored.set(scope, { nanos, at });
  }
}
