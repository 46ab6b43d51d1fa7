// The names of what is kept in Redis. A version is part of them: versions of GhostLLM that keep things in the same way share
// them, and others do not see each other's. What is decided together lies in one slot of a cluster, by its tag in braces.

import { scopeKinds } from "#domain/access/scope.ts";
import type { Counted } from "#domain/access/scope.ts";

/** To be raised where a version could not read what another has written. */
const layout = 1;

export class RedisKeys {
  readonly #prefix: string;
  readonly #counters: string;

  constructor(prefix: string) {
    this.#prefix = `${prefix}:${layout}`;
    this.#counters = this.of("counters", "");
  }

  /** What the scripts about counters are given before scopes. */
  countersOf(instance: string): readonly [string, string, string] {
    return [`${this.#counters}era`, `${this.#counters}expiries`, this.holdsOf(instance)];
  }

  holdsOf(instance: string): string {
    return `${this.#counters}holds:${instance}`;
  }

  scope({ kind, id, period }: Counted): string {
    return `${this.#counters}${period === undefined ? "scope" : `period:${period}`}:${kind}:${id}`;
  }

  of(part: string, name: string): string {
    return `{${this.#prefix}:${part}}:${name}`;
  }

  get channel(): string {
    return `${this.#prefix}:signals`;
  }
}

const nameOfCounted = /^(?:scope|period:([^:]*)):([^:]*):(.*)$/s;

/** Of a key's name without its tag; null where it is none. */
export function countedOf(name: string): Counted | null {
  const [, period, word, id] = nameOfCounted.exec(name) ?? [];
  const kind = scopeKinds.find((one) => one === word);
  return kind === undefined || id === undefined ? null : { kind, id, period };
}
