import type { Counted } from "#domain/access/scope.ts";
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
  readonly requests?: number;
  readonly tokens?: number;
  readonly costNanos?: number;
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
      const rest = some.flatMap(({ scope, stored, heard, windowMs, requests, tokens = 0, costNanos = 0 }) => {
        const counted = [windowMs ?? "", requests ?? "", tokens, costNanos];
        return [this.#unstored.of(scope), stored ?? "", heard ?? "", ...counted];
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
