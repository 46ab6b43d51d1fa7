import type { Counted } from "#domain/access/scope.ts";
import type { CountedEntry } from "#link/opening.ts";
import { exactEntries, minuteMs, sharedParts } from "#link/window-rules.ts";
import type { RedisCommands } from "./commands.ts";
import type { RedisKeys } from "./keys.ts";
import { tell } from "./scripts/reunion.ts";
import type { Unstored } from "./unstored.ts";

/** What is told of a scope; what is not said is not known. */
export interface Word {
  readonly scope: Counted;
  /** Nano-USD that the database has. */
  readonly stored?: number;
  /** What Redis was last heard to know of all instances, for those that cannot say it again. */
  readonly heard?: string;
  /** Of its window, which Redis has not counted. */
  readonly windowMs?: number;
  readonly counted?: readonly CountedEntry[];
}

interface TellingParts {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  readonly unstored: Unstored;
}

const scopesAtOnce = 20;

export class Telling {
  readonly #commands: RedisCommands;
  readonly #keys: RedisKeys;
  readonly #unstored: Unstored;

  constructor({ commands, keys, unstored }: TellingParts) {
    this.#commands = commands;
    this.#keys = keys;
    this.#unstored = unstored;
  }

  /** With what this instance alone knows at this moment. Rejects where Redis has not heard all of it; it may be told again. */
  async tell(epoch: string, words: readonly Word[], isLearnt = false): Promise<void> {
    const { instance, firstSeq } = this.#commands;
    for (let from = 0; from < words.length; from += scopesAtOnce) {
      const some = words.slice(from, from + scopesAtOnce);
      const all = [...this.#keys.countersOf(instance), ...some.map(({ scope }) => this.#keys.scope(scope))];
      const rest = some.flatMap(({ scope, stored, heard, windowMs, counted = [] }) => {
        const entries = entriesTold(counted, windowMs ?? minuteMs);
        return [this.#unstored.of(scope), stored ?? "", heard ?? "", windowMs ?? "", entries];
      });
      const [word] = await this.#commands.runAnyway(tell, all, [
        epoch,
        this.#commands.nextSeq(),
        isLearnt ? 1 : 0,
        firstSeq,
        ...rest,
      ]);
      if (word !== "told") throw new Error("Redis was told too late");
    }
  }
}

/**
 * As the script reads them, the oldest first. Few are told to the millisecond; of many, those within a part of the window share
 * the time of their newest, so that a window's entries stay few and none leaves it too early.
 */
function entriesTold(counted: readonly CountedEntry[], windowMs: number): string {
  const partMs = counted.length > exactEntries ? windowMs / sharedParts : 1;
  const parts = new Map<number, CountedEntry>();
  for (const entry of counted) {
    const part = Math.floor(entry.agoMs / partMs);
    const known = parts.get(part);
    parts.set(part, known === undefined ? entry : sumOf(known, entry));
  }
  const oldestFirst = [...parts.values()].toSorted((one, other) => other.agoMs - one.agoMs);
  return oldestFirst.map((entry) => [Math.round(entry.agoMs), ...amountsOf(entry)].join(":")).join(" ");
}

function sumOf(one: CountedEntry, other: CountedEntry): CountedEntry {
  return {
    agoMs: Math.min(one.agoMs, other.agoMs),
    requests: one.requests + other.requests,
    tokens: one.tokens + other.tokens,
    costNanos: one.costNanos + other.costNanos,
  };
}

function amountsOf({ requests, tokens, costNanos }: CountedEntry): readonly number[] {
  return [requests, tokens, costNanos];
}
