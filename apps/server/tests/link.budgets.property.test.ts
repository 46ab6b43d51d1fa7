// Budgets over random lives of many requests at once, over every engine of link: whatever is reserved, extended, settled for more
// or less than was foreseen, given up, lost, or held by a thread that ends, nobody spends more than his budget and the errors of
// the estimates of what ran.

import { describe, expect, it } from "vitest";
import { ScopeMap } from "#domain/access/scope.ts";
import type { ScopeKind } from "#domain/access/scope.ts";
import type { LimitedScope } from "#domain/principal.ts";
import { linkEngines } from "./link-support/engines.ts";
import type { StartedLink } from "./link-support/engines.ts";
import { makeScope } from "./support/gateway.ts";

const lifetimeMs = 60_000;
const atOnce = 12;

interface Held {
  readonly id: string;
  readonly scopes: readonly LimitedScope[];
  costNanos: number;
  readonly expiresAt: number;
}

function chance(seed: number): (below: number) => number {
  let state = seed * 15_485_863;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

class Life {
  admitted = 0;
  refused = 0;
  readonly #started: StartedLink;
  readonly #below: (below: number) => number;
  readonly #scopes: readonly LimitedScope[];
  readonly #spent = new ScopeMap<number>();
  /** What requests cost beyond what was held for them when they were settled. */
  readonly #errors = new ScopeMap<number>();
  #held: Held[] = [];
  #now = 0;
  #serial = 0;

  constructor(started: StartedLink, seed: number) {
    this.#started = started;
    this.#below = chance(seed);
    const budgeted = (kind: ScopeKind, id: string, budgetNanos: number | null) => makeScope(kind, id, { budgetNanos });
    this.#scopes = [
      ...[budgeted("user", "a", 3_000), budgeted("user", "b", null)],
      ...[budgeted("key", "a", 2_000), budgeted("key", "b", 1_200), budgeted("key", "c", null)],
      ...[budgeted("team", "a", 1_800), budgeted("organisation", "a", 3_500)],
      ...[budgeted("alias", "a", 1_600), budgeted("provider", "a", 1_500), budgeted("provider", "b", 900)],
    ];
  }

  /** Many at once, and then time passes. */
  async round(): Promise<void> {
    await Promise.all(Array.from({ length: atOnce }, () => this.#act()));
    this.#check();
    if (this.#below(12) === 0) await this.#endThread();
    await this.advance(this.#below(5) === 0 ? this.#below(lifetimeMs) : this.#below(2_000));
  }

  async advance(ms: number): Promise<void> {
    await this.#started.advance(ms);
    this.#now += ms;
  }

  /** When all is quiet nothing is held, and what is left of a budget is there for whoever asks, to the last bit. */
  async expectQuiet(): Promise<void> {
    const { counters } = this.#started.link;
    // Some of what was lost meanwhile ends after all.
    await Promise.all(this.#held.splice(0, 3).map((held) => this.#settle(held)));
    await this.advance(lifetimeMs + 1);
    this.#check();
    const unused = { requests: 0, tokens: 0, running: 0, reservedNanos: 0 };
    await this.advance(lifetimeMs);
    expect(await counters.inUse(this.#scopes)).toMatchObject(this.#scopes.map(() => unused));
    for (const scope of this.#scopes.filter(({ budgetNanos }) => budgetNanos !== null)) {
      const rest = (scope.budgetNanos ?? 0) - (this.#spent.get(scope) ?? 0);
      const ask = async (costNanos: number) => {
        const request = { id: `rest of ${scope.kind} ${scope.id} ${costNanos}`, scopes: [scope], tokens: 0 };
        return (await counters.reserve({ ...request, costNanos, lifetimeMs })).admitted;
      };
      expect(await ask(Math.max(1, rest + 1))).toBe(false);
      if (rest > 0) expect(await ask(rest)).toBe(true);
    }
  }

  async #act(): Promise<void> {
    const kind = this.#below(10);
    if (kind < 5) await this.#reserve();
    else if (kind < 7) await this.#extend();
    else if (kind < 9) await this.#settle(this.#take());
    else await this.#settleTwice(this.#take());
  }

  async #reserve(): Promise<void> {
    const [key, user] = [this.#scopes[2 + this.#below(3)], this.#scopes[this.#below(2)]];
    // Some keys are of a team, some ask for an alias; and each attempt is admitted by its provider alone.
    const groups = this.#below(2) === 0 ? this.#scopes.slice(5, 7) : [];
    const aliases = this.#below(2) === 0 ? this.#scopes.slice(7, 8) : [];
    const provider = this.#scopes[8 + this.#below(2)];
    const asked = this.#below(3) === 0 ? [provider] : [key, user, ...groups, ...aliases];
    const scopes = asked.filter((scope) => scope !== undefined);
    const held = {
      id: `${(this.#serial += 1)}`,
      scopes,
      costNanos: this.#below(300),
      expiresAt: this.#now + lifetimeMs,
    };
    const { admitted } = await this.#started.link.counters.reserve({ ...held, tokens: this.#below(50), lifetimeMs });
    this[admitted ? "admitted" : "refused"] += 1;
    // One of ten is lost by its owner: it expires.
    if (admitted && this.#below(10) > 0) this.#held.push(held);
  }

  async #extend(): Promise<void> {
    const held = this.#held[this.#below(this.#held.length)];
    if (held === undefined) return;
    const granted = await this.#started.link.counters.extend({ id: held.id, costNanos: this.#below(200) });
    held.costNanos += granted;
  }

  #take(): Held | undefined {
    return this.#held.splice(this.#below(Math.max(1, this.#held.length)), 1)[0];
  }

  /** For mostly less than was held, at times for more, or nobody knows for how much. */
  async #settle(held: Held | undefined): Promise<void> {
    if (held === undefined) return;
    const { id, scopes, costNanos, expiresAt } = held;
    const cost = [this.#below(costNanos + 1), costNanos + this.#below(150), 0, null][this.#below(4)];
    const settlement = { id, tokens: this.#below(80), costNanos: cost ?? null };
    const chargedNanos = await this.#started.link.counters.settle(settlement);
    const heldNanos = expiresAt > this.#now ? costNanos : 0;
    for (const scope of scopes) {
      add(this.#spent, scope, chargedNanos);
      add(this.#errors, scope, Math.max(0, chargedNanos - heldNanos));
    }
  }

  async #settleTwice(held: Held | undefined): Promise<void> {
    await this.#settle(held);
    if (held === undefined) return;
    expect(await this.#started.link.counters.settle({ id: held.id, tokens: 9, costNanos: 99 })).toBe(0);
  }

  async #endThread(): Promise<void> {
    if (this.#started.endThread === undefined) return;
    await this.#started.endThread();
    const ended = this.#held.splice(0);
    for (const { id } of ended) {
      expect(await this.#started.link.counters.settle({ id, tokens: 1, costNanos: 50 })).toBe(0);
    }
  }

  #check(): void {
    for (const scope of this.#scopes) {
      const held = this.#held.filter(({ scopes, expiresAt }) => scopes.includes(scope) && expiresAt > this.#now);
      const heldNanos = held.reduce((sum, { costNanos }) => sum + costNanos, 0);
      const [spent, errors] = [this.#spent.get(scope) ?? 0, this.#errors.get(scope) ?? 0];
      expect(spent + heldNanos).toBeLessThanOrEqual((scope.budgetNanos ?? Infinity) + errors);
    }
  }
}

function add(sums: ScopeMap<number>, scope: LimitedScope, amount: number): void {
  sums.set(scope, (sums.get(scope) ?? 0) + amount);
}

describe.each(linkEngines)("budgets ($name)", ({ start, isRemote = false }) => {
  it("are exceeded by nobody, by more than the errors of estimates, and are whole again when all is quiet", async () => {
    let [admitted, refused] = [0, 0];
    for (let seed = 1; seed <= (isRemote ? 4 : 60); seed += 1) {
      const started = await start();
      const life = new Life(started, seed);
      for (let round = 0; round < 25; round += 1) await life.round();
      await life.expectQuiet();
      await started.close();
      admitted += life.admitted;
      refused += life.refused;
    }
    expect(Math.min(admitted, refused)).toBeGreaterThan(50);
  });
});
