// How this instance and Redis come to know the same: at the start, after Redis was away, and after it has lost what it knew. What
// this instance holds and has answered is told as it stands, so that it may be told by every instance and any number of times.
// Invariant: Redis is asked for decisions only when it knows all that this instance knows.

import { setTimeout as sleep } from "node:timers/promises";
import type { Counted } from "#domain/access/scope.ts";
import { ScopeMap } from "#domain/access/scope.ts";
import type { Clock } from "#domain/clock.ts";
import type { CountedScope, ReservationRequest } from "#link/counters.ts";
import { hasWindow, limitsCost } from "#link/decision.ts";
import type { CountedEntry } from "#link/opening.ts";
import { minuteMs } from "#link/window-rules.ts";
import { newName } from "./commands.ts";
import type { RedisCommands } from "./commands.ts";
import type { Held } from "./held.ts";
import type { RedisKeys } from "./keys.ts";
import type { LocalShare } from "./local-share.ts";
import { decisions } from "./scripts/decisions.ts";
import { encounters, hello, hold, ready } from "./scripts/reunion.ts";
import type { Word } from "./telling.ts";
import type { Unstored } from "./unstored.ts";
import type { Untold } from "./untold.ts";

interface ReunionParts {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  readonly clock: Clock;
  readonly share: LocalShare;
  readonly unstored: Unstored;
  readonly untold: Untold;
  readonly held: Map<string, Held>;
}

/** After a loss, so long others may take to say what they hold; who is silent then is taken for gone. */
const gateMs = 5_000;
/** In which others find a Redis that is back. */
const othersMs = 2_000;
const holdsAtOnce = 50;
const mostCounted = 10_000;

/** What a request was admitted with, or has used. */
interface CountedHere {
  readonly scopes: readonly CountedScope[];
  readonly tokens: number;
  readonly costNanos: number;
  readonly at: number;
}

export class Reunion {
  /** The database is one in which others may have spent. */
  mayHaveOthers = false;
  /** Null while Redis does not know what this instance knows. */
  epoch: string | null = null;
  /** Those that were last seen, with this one. */
  members: readonly string[];
  /** Redis is asked again; what it may have lost is told by whoever keeps it. */
  onMet: (hasLost: boolean) => Promise<void> = async () => undefined;
  /** While Redis is told the last of it: whoever is to be admitted then waits for its end. */
  joining: Promise<void> | null = null;
  readonly #parts: ReunionParts;
  #lastEpoch: string | null = null;
  #meeting: Promise<boolean> | null = null;
  #flushing: Promise<void> | null = null;
  /** Admitted without Redis. */
  #countedHere = new Map<string, CountedHere>();

  constructor(parts: ReunionParts) {
    this.#parts = parts;
    this.members = [parts.commands.instance];
  }

  /** Redis has lost what it knew, or this instance has not told it yet. */
  begin(): void {
    this.epoch = null;
    void this.meet().catch(() => undefined);
  }

  /** Who is there, as Redis says it. */
  see(members: unknown): void {
    if (Array.isArray(members) && members.length > 0) this.members = members.map(String);
  }

  /** Answers whether Redis knows now all that there is; then it is asked. */
  meet(): Promise<boolean> {
    this.#meeting ??= this.#meet().finally(() => (this.#meeting = null));
    return this.#meeting;
  }

  /** What these have spent, which Redis does not know yet. */
  async learn(scopes: readonly Counted[]): Promise<void> {
    const { untold } = this.#parts;
    await Promise.all(scopes.map((scope) => untold.learn(this.epoch ?? "", scope)));
  }

  /** Another instance has settled what this one has admitted. */
  forget(id: string): void {
    const { held, share } = this.#parts;
    if (held.delete(id)) share.settle({ id, tokens: 0, costNanos: 0 }, [], 0);
  }

  countHere({ id, scopes, tokens, costNanos }: ReservationRequest): void {
    this.#countedHere.set(id, { scopes, tokens, costNanos, at: this.#parts.clock.monotonic() });
    if (this.#countedHere.size <= mostCounted) return;
    for (const oldest of [...this.#countedHere.keys()].slice(0, mostCounted / 2)) this.#countedHere.delete(oldest);
  }

  /** What was admitted here has used this much. */
  correctHere(id: string, tokens: number, costNanos: number): void {
    const counted = this.#countedHere.get(id);
    if (counted !== undefined) this.#countedHere.set(id, { ...counted, tokens, costNanos });
  }

  /** Tells what has not been told, as far as Redis can be told. */
  async flush(): Promise<void> {
    const { commands, untold } = this.#parts;
    if (this.epoch === null || commands.breaker.isOpen) return;
    const { epoch } = this;
    this.#flushing ??= this.#tellRest(epoch)
      .then(() => untold.tell(epoch))
      .catch(() => undefined)
      .finally(() => (this.#flushing = null));
    await this.#flushing;
  }

  async #meet(): Promise<boolean> {
    const { commands, keys, untold } = this.#parts;
    const own = keys.countersOf(commands.instance);
    await commands.load([...decisions, ...encounters]);
    const met = await commands.runAnyway(hello, own, [newName(), gateMs, ...this.members]);
    if (met[0] !== "hello") return false;
    const epoch = String(met[2]);
    // Who has just started knows of no others: they come back to an empty Redis within this time.
    if (met[4] === 1 && this.#lastEpoch === null && this.mayHaveOthers) await sleep(othersMs);
    const { firstSeq } = commands;
    await this.#tellHolds(new Set(Array.isArray(met[3]) ? met[3].map(String) : []));
    const words = this.#allWords(epoch !== this.#lastEpoch);
    await this.#tellingCounted(() => untold.tellAll(epoch, words));
    const isReady = await commands.runAnyway(ready, own, [firstSeq]);
    if (isReady[0] !== "ready") return false;
    this.see(isReady[2]);
    await this.#tellMeanwhile(epoch);
    const hasLost = this.#lastEpoch !== null && epoch !== this.#lastEpoch;
    await this.#join(epoch);
    void this.onMet(hasLost).catch(() => undefined);
    return true;
  }

  /** Redis is asked from here on. Nobody is admitted until it knows of all that were. */
  async #join(epoch: string): Promise<void> {
    let end = (): void => undefined;
    this.joining = new Promise((resolve) => (end = resolve));
    try {
      await this.#tellMeanwhile(epoch);
      this.#lastEpoch = epoch;
      this.epoch = epoch;
      this.#parts.commands.breaker.close();
    } finally {
      this.joining = null;
      end();
    }
  }

  /** What was admitted and settled while this was told. */
  async #tellMeanwhile(epoch: string): Promise<void> {
    await this.#tellRest(epoch);
    await this.#parts.untold.tellChanged(epoch);
  }

  /** Whoever was admitted here since, also by a Redis that has not answered in time. */
  async #tellRest(epoch: string): Promise<void> {
    const { held, untold } = this.#parts;
    const missing = [...held.values()].filter(({ place }) => place !== "redis");
    if (missing.length === 0 && this.#countedHere.size === 0) return;
    const words = this.#countedWithout();
    await this.#tellingCounted(async () => {
      await this.#tellMissing(missing);
      await untold.tellAll(epoch, words);
    });
  }

  /** What was counted here until now is told by it, or else is to be told again. */
  async #tellingCounted(tell: () => Promise<void>): Promise<void> {
    const counted = this.#countedHere;
    this.#countedHere = new Map();
    try {
      await tell();
    } catch (error) {
      this.#countedHere = new Map([...counted, ...this.#countedHere]);
      throw error;
    }
  }

  /** Holds are compared, and those that only one of both knows are told or given back. */
  async #tellHolds(known: ReadonlySet<string>): Promise<void> {
    const { held, untold } = this.#parts;
    await untold.giveBack([...known].filter((id) => !held.has(id)));
    await this.#tellMissing([...held.values()].filter(({ id }) => !known.has(id)));
    for (const one of held.values()) if (known.has(one.id)) one.place = "redis";
  }

  async #tellMissing(missing: readonly Held[]): Promise<void> {
    for (let from = 0; from < missing.length; from += holdsAtOnce) {
      await Promise.all(missing.slice(from, from + holdsAtOnce).map((one) => this.#tellHold(one)));
    }
  }

  async #tellHold(one: Held): Promise<void> {
    const { commands, keys, clock, held } = this.#parts;
    // It has ended meanwhile, which Redis is told.
    if (held.get(one.id) !== one) return;
    const leftMs = Math.round(one.expiresAt - clock.monotonic());
    if (leftMs <= 0) return;
    const all = [...keys.countersOf(commands.instance), ...one.scopes.map((scope) => keys.scope(scope))];
    await commands.runAnyway(hold, all, [one.id, one.tokens, one.costNanos, leftMs]);
    one.place = "redis";
  }

  #allWords(isNewEpoch: boolean): readonly Word[] {
    const { unstored, share, untold } = this.#parts;
    const words = new ScopeMap<Word>();
    const say = (word: Word): void => words.set(word.scope, { ...words.get(word.scope), ...word });
    for (const scope of [...unstored.scopes(), ...unstored.takeUntold()]) say({ scope });
    for (const word of untold.storedLately()) say(word);
    if (isNewEpoch) {
      for (const [scope, heard] of share.heard()) say({ scope, heard });
      for (const word of this.#ofWindows()) say(word);
    } else for (const word of this.#countedWithout()) say(word);
    return [...words].map(([, word]) => word);
  }

  /** All that this instance has counted in its windows. */
  #ofWindows(): readonly Word[] {
    const { share } = this.#parts;
    const words = share.usedLately().map((scope) => ({ scope, ...windowOf(scope), counted: share.countedIn(scope) }));
    return words.filter(({ counted }) => counted.length > 0);
  }

  /** What this instance has counted while Redis was not asked. */
  #countedWithout(): readonly Word[] {
    const now = this.#parts.clock.monotonic();
    const entries = new ScopeMap<{ readonly scope: CountedScope; readonly counted: CountedEntry[] }>();
    for (const { scopes, tokens, costNanos, at } of this.#countedHere.values()) {
      for (const scope of scopes) {
        if (!hasWindow(scope) || at <= now - (scope.windowMs ?? minuteMs)) continue;
        const entry = { agoMs: now - at, requests: 1, tokens, costNanos: limitsCost(scope) ? costNanos : 0 };
        const known = entries.get(scope);
        if (known === undefined) entries.set(scope, { scope, counted: [entry] });
        else known.counted.push(entry);
      }
    }
    return [...entries].map(([, { scope, counted }]) => ({ scope, ...windowOf(scope), counted }));
  }
}

function windowOf({ windowMs }: Pick<CountedScope, "windowMs">): Pick<Word, "windowMs"> {
  return windowMs === undefined ? {} : { windowMs };
}
