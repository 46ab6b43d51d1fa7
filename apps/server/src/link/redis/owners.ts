// Owners of what vendors keep, known to all instances. What this instance has kept it knows itself as well: it answers while Redis
// is away, and tells Redis again what that has lost.

import type { Clock } from "#domain/clock.ts";
import { MemoryOwners } from "#link/memory/owners.ts";
import { longestId, maxObjects, objectLifetimeMs, rewriteAfterMs } from "#link/owners.ts";
import type { ObjectOwner, OwnedObject, Owners } from "#link/owners.ts";
import type { RedisCommands } from "./commands.ts";
import { figuresOf } from "./decided.ts";
import type { RedisKeys } from "./keys.ts";
import { findKept, keepOwner } from "./scripts/stores.ts";

interface OwnersParts {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  readonly clock: Clock;
  readonly limit?: number | undefined;
  /** Told of what is to be known after a restart, too. Must not throw. */
  readonly write: (object: OwnedObject) => void;
}

const objectsAtOnce = 200;

export class RedisOwners implements Owners {
  readonly #parts: OwnersParts;
  readonly #keys: readonly string[];
  readonly #own: MemoryOwners;
  /** Redis says what is to be written down, where it is asked. */
  #writesItself = false;

  constructor(parts: OwnersParts) {
    const { keys, clock, limit } = parts;
    this.#parts = parts;
    this.#keys = ["values", "order", "sums"].map((name) => keys.of("owners", name));
    this.#own = new MemoryOwners(clock, {
      limit,
      write: (object) => {
        if (this.#writesItself) parts.write(object);
      },
    });
  }

  async find(ids: readonly string[]): Promise<ReadonlyMap<string, ObjectOwner>> {
    const found = new Map(this.#own.find(ids));
    if (ids.length === 0) return found;
    const texts = await this.#parts.commands.ask(findKept, this.#keys, ids).catch(() => null);
    if (!Array.isArray(texts)) return found;
    for (const [index, id] of ids.entries()) {
      const text: unknown = texts[index];
      if (typeof text === "string" && text !== "") found.set(id, JSON.parse(text) as ObjectOwner);
    }
    return found;
  }

  async keep(ids: readonly string[], owner: ObjectOwner): Promise<void> {
    const { commands, clock, write, limit = maxObjects } = this.#parts;
    const known = this.#own.find(ids);
    const claimed = ids.filter((id) => id.length <= longestId && isFor(owner, known.get(id)));
    if (claimed.length === 0) return;
    const { userId, providerId, model, requestedModel } = owner;
    const text = JSON.stringify({ userId, providerId, model, requestedModel });
    const rest = [
      limit,
      objectLifetimeMs,
      rewriteAfterMs,
      userId,
      JSON.stringify([providerId, model]),
      text,
      ...claimed,
    ];
    const answers = await commands.ask(keepOwner, this.#keys, rest).catch(() => null);
    this.#writesItself = !Array.isArray(answers);
    const kept = figuresOf(answers);
    this.#own.keep(this.#writesItself ? claimed : claimed.filter((_, index) => kept[index] !== 0), owner);
    for (const [index, id] of claimed.entries()) {
      if (kept[index] === 2) write({ id, ...owner, keptAt: clock.now() });
    }
  }

  /** What earlier processes wrote down. */
  restore(objects: Iterable<OwnedObject>): void {
    this.#own.restore(objects);
  }

  /** Redis has lost what it knew. */
  async tellAgain(): Promise<void> {
    const { commands, limit = maxObjects } = this.#parts;
    let told = 0;
    for (const [id, owner] of this.#own.all()) {
      const same = JSON.stringify([owner.providerId, owner.model]);
      const rest = [limit, objectLifetimeMs, rewriteAfterMs, owner.userId, same, JSON.stringify(owner), id];
      const telling = commands.ask(keepOwner, this.#keys, rest);
      told += 1;
      // Requests have their turn, too.
      if (told % objectsAtOnce === 0) await telling;
      else telling.catch(() => undefined);
    }
  }
}

function isFor(owner: ObjectOwner, known: ObjectOwner | undefined): boolean {
  return known === undefined || known.userId === owner.userId;
}
