// What vendors work on in the background, known to all instances: whichever is asked for it records it. What this instance has
// added it knows itself as well, for while Redis is away and for when that has lost it.

import type { Clock } from "#domain/clock.ts";
import { maxPendingAnswers } from "#link/pending-answers.ts";
import type { KeptId, PendingAnswer, PendingAnswers } from "#link/pending-answers.ts";
import type { RedisCommands } from "./commands.ts";
import type { RedisKeys } from "./keys.ts";
import { addPending, takeNamed, takeOverdue } from "./scripts/stores.ts";

interface PendingParts {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  readonly clock: Clock;
  readonly limit?: number | undefined;
  readonly instances: () => number;
}

interface Own {
  readonly pending: PendingAnswer;
  /** By the monotonic clock. */
  readonly expiresAt: number;
}

const takenAtOnce = 200;

export class RedisPendingAnswers implements PendingAnswers {
  readonly #parts: PendingParts;
  readonly #keys: readonly string[];
  readonly #own = new Map<string, Own>();
  /** Taken while Redis was away, which has them still. */
  readonly #takenHere = new Set<string>();

  constructor(parts: PendingParts) {
    this.#parts = parts;
    this.#keys = ["texts", "overdue", "order"].map((name) => parts.keys.of("pending", name));
  }

  async add(pending: PendingAnswer): Promise<boolean> {
    const name = nameOf({ providerId: pending.target.provider.id, answerId: pending.answerId });
    const added = await this.#tell(name, pending, pending.lifetimeMs);
    const isAdded = added === null ? !this.#own.has(name) : added === 1;
    if (isAdded) {
      this.#own.set(name, { pending, expiresAt: this.#parts.clock.monotonic() + pending.lifetimeMs });
      this.#takenHere.delete(name);
    }
    return isAdded;
  }

  async take(kept: KeptId): Promise<PendingAnswer | undefined> {
    const name = nameOf(kept);
    const taken = await this.#ask(takeNamed, [name]);
    if (taken === null) return this.#takeHere(name);
    this.#own.delete(name);
    return taken[0];
  }

  async takeOverdue(): Promise<readonly PendingAnswer[]> {
    const { limit = maxPendingAnswers, clock } = this.#parts;
    const taken = await this.#ask(takeOverdue, [limit, takenAtOnce]);
    if (taken !== null) return this.#forgetAll(taken);
    const overdue = [...this.#own].filter(([, { expiresAt }]) => expiresAt <= clock.monotonic());
    return overdue.flatMap(([name]) => this.#takeHere(name) ?? []);
  }

  /** Where others go on, they know of them. */
  async takeLast(): Promise<readonly PendingAnswer[]> {
    if (this.#parts.instances() > 1) return [];
    const all: PendingAnswer[] = [];
    for (;;) {
      const taken = await this.#ask(takeOverdue, [0, takenAtOnce]);
      if (taken === null) return [...all, ...[...this.#own.keys()].flatMap((name) => this.#takeHere(name) ?? [])];
      if (taken.length === 0) return all;
      all.push(...this.#forgetAll(taken));
    }
  }

  /** Another instance has taken what this one has added: its request is settled. */
  forget(requestId: string): void {
    for (const [name, { pending }] of this.#own) if (pending.facts.id === requestId) this.#own.delete(name);
  }

  /** Redis has lost what it knew, or was not told. */
  async tellAgain(): Promise<void> {
    const taken = [...this.#takenHere];
    if (taken.length > 0 && (await this.#ask(takeNamed, taken)) !== null)
      for (const name of taken) this.#takenHere.delete(name);
    const now = this.#parts.clock.monotonic();
    for (const [name, { pending, expiresAt }] of this.#own) await this.#tell(name, pending, expiresAt - now);
  }

  #tell(name: string, pending: PendingAnswer, lifetimeMs: number): Promise<unknown> {
    const rest = [name, JSON.stringify(pending), Math.round(lifetimeMs)];
    return this.#parts.commands.ask(addPending, this.#keys, rest).catch(() => null);
  }

  /** Null where Redis does not answer. */
  async #ask(script: typeof takeNamed, rest: readonly (string | number)[]): Promise<readonly PendingAnswer[] | null> {
    const answer = await this.#parts.commands.ask(script, this.#keys, rest).catch(() => null);
    if (!Array.isArray(answer)) return null;
    const taken: PendingAnswer[] = [];
    for (let at = 0; at < answer.length; at += 2) {
      taken.push({ ...(JSON.parse(String(answer[at])) as PendingAnswer), lifetimeMs: Number(answer[at + 1]) });
    }
    return taken;
  }

  #forgetAll(taken: readonly PendingAnswer[]): readonly PendingAnswer[] {
    for (const { target, answerId } of taken) this.#own.delete(nameOf({ providerId: target.provider.id, answerId }));
    return taken;
  }

  #takeHere(name: string): PendingAnswer | undefined {
    const own = this.#own.get(name);
    if (own === undefined) return undefined;
    this.#own.delete(name);
    this.#takenHere.add(name);
    return { ...own.pending, lifetimeMs: own.expiresAt - this.#parts.clock.monotonic() };
  }
}

function nameOf({ providerId, answerId }: KeptId): string {
  return `${providerId} ${answerId}`;
}
