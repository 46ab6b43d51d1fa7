// Budgets over days, weeks, months and rolling days, and windows that disagree with them, over random lives that cross borders of the
// calendar and changes of the clocks: each decision is that of a plain book, which asks of every entry on which day it was admitted.

import { describe, expect, it } from "vitest";
import type { ScopeKind } from "#domain/access/scope.ts";
import type { Budget, BudgetSpan } from "#domain/budgets/budget.ts";
import type { LimitedScope, RateLimits } from "#domain/principal.ts";
import { CountedScopes } from "#link/counted-scopes.ts";
import { linkEngines } from "./link-support/engines.ts";
import type { StartedLink } from "./link-support/engines.ts";
import { makeScope } from "./support/gateway.ts";

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
const lifetimeMs = 2 * hour;
/** Of the test clocks. */
const clockBegan = Date.UTC(2026, 0, 1);

/** Each begins some days before the clocks change there, or before months and weeks end. */
const places = [
  { timeZone: "Europe/Berlin", from: Date.UTC(2026, 2, 27, 20) },
  { timeZone: "Europe/Berlin", from: Date.UTC(2026, 9, 23, 20) },
  { timeZone: "America/New_York", from: Date.UTC(2026, 9, 30, 3) },
  // The clocks go over midnight.
  { timeZone: "Asia/Beirut", from: Date.UTC(2026, 2, 27, 12) },
  { timeZone: "America/Havana", from: Date.UTC(2026, 9, 30, 12) },
  { timeZone: "Australia/Lord_Howe", from: Date.UTC(2026, 3, 3, 1) },
  { timeZone: "Asia/Kathmandu", from: Date.UTC(2026, 11, 29, 7) },
  { timeZone: "UTC", from: Date.UTC(2028, 1, 27, 9) },
  // The 30th of December was left out.
  { timeZone: "Pacific/Apia", from: Date.UTC(2011, 11, 28, 6) },
] as const;

type Place = (typeof places)[number];

function chance(seed: number): (below: number) => number {
  let state = seed * 15_485_863;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

interface Entry {
  readonly id: string;
  readonly scopes: readonly LimitedScope[];
  readonly at: number;
  readonly expiresAt: number;
  readonly tokens: number;
  heldNanos: number;
  /** Null while it runs. */
  spentNanos: number | null;
}

/** Dates as people there write them, and nothing else of the code that is tested. */
class Dates {
  readonly #format: Intl.DateTimeFormat;

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" });
  }

  /** Days since 1970. */
  dayOf(at: number): number {
    return Date.parse(`${this.#format.format(at)}T00:00:00Z`) / day;
  }

  /** A number that is the same for what belongs together. */
  periodOf(span: BudgetSpan, at: number): number {
    const date = this.dayOf(at);
    if (span === "week") return Math.floor((date + 3) / 7);
    if (span === "month") {
      const then = new Date(date * day);
      return then.getUTCFullYear() * 12 + then.getUTCMonth();
    }
    return span === "total" ? 0 : date;
  }
}

class Book {
  readonly entries: Entry[] = [];
  readonly #dates: Dates;

  constructor(dates: Dates) {
    this.#dates = dates;
  }

  admits(scopes: readonly LimitedScope[], wish: Pick<Entry, "tokens" | "heldNanos" | "at">): boolean {
    return scopes.every((scope) => {
      const own = this.entries.filter((entry) => entry.scopes.includes(scope));
      const budgets = scope.budgets ?? [];
      return fits(scope.limits, own, wish) && budgets.every((budget) => this.#hasRoom(budget, own, wish));
    });
  }

  #hasRoom(budget: Budget, own: readonly Entry[], { at, heldNanos }: Pick<Entry, "heldNanos" | "at">): boolean {
    if (heldNanos === 0) return true;
    const { span, days, amountNanos, increase, rolloverNanos, madeAt } = budget;
    const dates = this.#dates;
    const present = dates.periodOf(span, at);
    const usedIn = (isIn: (period: number) => boolean): number =>
      own.filter((entry) => isIn(dates.periodOf(span, entry.at))).reduce((sum, entry) => sum + usedBy(entry, at), 0);
    const isIncreased = increase !== null && at < increase.until;
    const amount = amountNanos + (isIncreased ? increase.nanos : 0);
    if (span === "rolling") return heldNanos <= amount - usedIn((one) => one > present - days && one <= present);
    const hadLast = dates.periodOf(span, madeAt) < present;
    const left = hadLast ? Math.max(0, amountNanos - usedIn((one) => one === present - 1)) : 0;
    const over = rolloverNanos === null ? 0 : Math.min(rolloverNanos, left);
    return heldNanos <= amount + over - usedIn((one) => one === present);
  }
}

function usedBy({ spentNanos, heldNanos, expiresAt }: Entry, now: number): number {
  return spentNanos ?? (expiresAt > now ? heldNanos : 0);
}

function isRunning({ spentNanos, expiresAt }: Entry, now: number): boolean {
  return spentNanos === null && expiresAt > now;
}

function fits(
  limits: RateLimits,
  own: readonly Entry[],
  { at, tokens, heldNanos }: Pick<Entry, "at" | "tokens" | "heldNanos">,
) {
  const since = (ms: number): readonly Entry[] => own.filter((entry) => entry.at + ms > at);
  const costOf = (entry: Entry): number => entry.spentNanos ?? entry.heldNanos;
  const tokensOf = (entry: Entry): number => entry.tokens;
  const sum = (ms: number, of: (entry: Entry) => number): number =>
    since(ms).reduce((all, entry) => all + of(entry), 0);
  return (
    since(minute).length < (limits.requestsPerMinute ?? Infinity) &&
    since(hour).length < (limits.requestsPerHour ?? Infinity) &&
    since(day).length < (limits.requestsPerDay ?? Infinity) &&
    sum(minute, tokensOf) + tokens <= (limits.tokensPerMinute ?? Infinity) &&
    sum(hour, tokensOf) + tokens <= (limits.tokensPerHour ?? Infinity) &&
    sum(day, tokensOf) + tokens <= (limits.tokensPerDay ?? Infinity) &&
    own.filter((entry) => isRunning(entry, at)).length < (limits.concurrentRequests ?? Infinity) &&
    (heldNanos === 0 ||
      (sum(minute, costOf) + heldNanos <= (limits.costNanosPerMinute ?? Infinity) &&
        sum(hour, costOf) + heldNanos <= (limits.costNanosPerHour ?? Infinity) &&
        sum(day, costOf) + heldNanos <= (limits.costNanosPerDay ?? Infinity)))
  );
}

let budgetSerial = 0;

function makeBudget(place: Place, span: BudgetSpan, amountNanos: number, change: Partial<Budget> = {}): Budget {
  const { timeZone, from } = place;
  const terms = { thresholds: [], rolloverNanos: null, increase: null, downgradeTo: null };
  return { id: `b${(budgetSerial += 1)}`, span, days: 0, timeZone, amountNanos, madeAt: from, ...terms, ...change };
}

function scopesOf(place: Place) {
  const { from } = place;
  const scope = (kind: ScopeKind, id: string, limits: Partial<RateLimits>, budgets: readonly Budget[]) => {
    const none = makeScope(kind, id);
    return { ...none, limits: { ...none.limits, ...limits }, budgets };
  };
  const user = scope("user", "a", { requestsPerHour: 12 }, [
    makeBudget(place, "month", 2_600, { rolloverNanos: 500 }),
    makeBudget(place, "rolling", 1_900, { days: 3 }),
  ]);
  const team = scope("team", "a", { requestsPerDay: 60, costNanosPerDay: 3_000 }, []);
  const organisation = scope("organisation", "a", { concurrentRequests: 9 }, [makeBudget(place, "week", 2_800)]);
  const alias = scope("alias", "a", { tokensPerMinute: 60, costNanosPerMinute: 200 }, [
    makeBudget(place, "day", 700, { rolloverNanos: 1_000 }),
  ]);
  const providers = [
    scope("provider", "a", { requestsPerMinute: 2, tokensPerHour: 150 }, [
      makeBudget(place, "rolling", 600, { days: 2 }),
    ]),
    scope("provider", "b", { concurrentRequests: 1 }, [makeBudget(place, "month", 1_400)]),
  ];
  const keys = [
    scope("key", "a", { requestsPerMinute: 4, costNanosPerHour: 700 }, [
      makeBudget(place, "day", 500, { rolloverNanos: 90, increase: { nanos: 150, until: from + 50 * hour } }),
      makeBudget(place, "week", 1_500),
    ]),
    scope("key", "b", { tokensPerDay: 900 }, [makeBudget(place, "day", 400), makeBudget(place, "total", 9_000)]),
  ];
  return { user, team, organisation, alias, providers, keys };
}

class Life {
  admitted = 0;
  refused = 0;
  readonly #started: StartedLink;
  readonly #place: Place;
  readonly #below: (below: number) => number;
  readonly #scopes: ReturnType<typeof scopesOf>;
  readonly #counted: CountedScopes;
  readonly #book: Book;
  #elapsed = 0;
  #serial = 0;

  constructor(started: StartedLink, place: Place, seed: number) {
    this.#started = started;
    this.#place = place;
    this.#below = chance(seed);
    this.#scopes = scopesOf(place);
    this.#counted = new CountedScopes({ now: () => this.#now }, { monotonic: () => clockBegan + this.#elapsed });
    this.#book = new Book(new Dates(place.timeZone));
  }

  get #now(): number {
    return this.#place.from + this.#elapsed;
  }

  async turn(): Promise<void> {
    const most = [3 * hour, 3 * hour, 5 * minute, 5 * minute, minute, minute / 3, minute / 3, minute / 6];
    const ms = this.#below(most[this.#below(most.length)] ?? minute);
    this.#elapsed += ms;
    await this.#started.advance(ms);
    if (this.#below(10) < 7) await this.#reserve();
    else await this.#settle();
  }

  async #reserve(): Promise<void> {
    const scopes = this.#asked();
    const wish = {
      tokens: this.#below(60),
      heldNanos: this.#below(5) === 0 ? 0 : 20 + this.#below(180),
      at: this.#now,
    };
    const expected = this.#book.admits(scopes, wish);
    const id = `${(this.#serial += 1)}`;
    const { admitted } = await this.#started.link.counters.reserve({
      ...{ id, scopes: this.#counted.of(scopes), tokens: wish.tokens, costNanos: wish.heldNanos, lifetimeMs },
    });
    expect(admitted, `${this.#place.timeZone}, request ${id}, ${new Date(this.#now).toISOString()}`).toBe(expected);
    this[admitted ? "admitted" : "refused"] += 1;
    if (!admitted) return;
    this.#book.entries.push({ id, scopes, ...wish, expiresAt: this.#now + lifetimeMs, spentNanos: null });
  }

  /** A request, of a key in a team or of none, for an alias or not; or one attempt of it, which its provider admits by itself. */
  #asked(): readonly LimitedScope[] {
    const { user, team, organisation, alias, providers, keys } = this.#scopes;
    if (this.#below(3) === 0) return providers.slice(this.#below(2)).slice(0, 1);
    const place = this.#below(2);
    const groups = place === 0 ? [team, organisation] : [];
    return [...keys.slice(place, place + 1), user, ...groups, ...(this.#below(2) === 0 ? [alias] : [])];
  }

  /** Also of requests that were given up long ago, and of days that are over. */
  async #settle(): Promise<void> {
    const open = this.#book.entries.filter(({ spentNanos }) => spentNanos === null);
    const entry = open[this.#below(Math.max(1, open.length))];
    if (entry === undefined) return;
    const spentNanos = this.#below(entry.heldNanos + 5);
    await this.#started.link.counters.settle({ id: entry.id, tokens: entry.tokens, costNanos: spentNanos });
    entry.spentNanos = spentNanos;
  }
}

describe.each(linkEngines)("periods and windows ($name)", ({ start, isRemote = false }) => {
  it.each(places)("are those of a plain book in $timeZone from $from", async (place) => {
    let [admitted, refused] = [0, 0];
    for (let seed = 1; seed <= (isRemote ? 1 : 5); seed += 1) {
      const started = await start();
      const life = new Life(started, place, seed);
      for (let turn = 0; turn < 260; turn += 1) await life.turn();
      await started.close();
      admitted += life.admitted;
      refused += life.refused;
    }
    expect(Math.min(admitted, refused)).toBeGreaterThan(20);
  });
});
