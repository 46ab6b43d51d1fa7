import type { Awaitable } from "#domain/clock.ts";
import type { Health, PartHealth } from "#link/health.ts";

type Parts = ReadonlyMap<string, PartHealth>;

/**
 * Of the main thread and of all workers. What a worker says of a part is told under the name of the part where nobody says
 * otherwise; where they differ, each of them under a name of its own.
 */
export class ThreadsHealth implements Health {
  readonly #own: Health;
  readonly #ofWorkers = new Map<number, Map<string, PartHealth>>();

  constructor(own: Health) {
    this.#own = own;
  }

  report(part: string, health: PartHealth): void {
    this.#own.report(part, health);
  }

  /** Workers are counted from 0 here, and from 1 where people read of them. */
  reportOf(worker: number, part: string, health: PartHealth): void {
    const known = this.#ofWorkers.get(worker);
    if (known === undefined) this.#ofWorkers.set(worker, new Map([[part, health]]));
    else known.set(part, health);
  }

  forget(worker: number): void {
    this.#ofWorkers.delete(worker);
  }

  parts(): Awaitable<Parts> {
    const own = this.#own.parts();
    return own instanceof Promise ? own.then((parts) => this.#join(parts)) : this.#join(own);
  }

  #join(own: Parts): Parts {
    const joined = new Map(own);
    const workers = [...this.#ofWorkers].toSorted(([one], [other]) => one - other);
    for (const part of new Set(workers.flatMap(([, parts]) => [...parts.keys()]))) {
      const told = workers.flatMap(([worker, parts]) => {
        const health = parts.get(part);
        return health === undefined ? [] : [{ name: `${part} of worker ${worker + 1}`, health }];
      });
      const common = own.get(part) ?? told[0]?.health;
      if (common !== undefined && told.every(({ health }) => isSame(health, common))) joined.set(part, common);
      else for (const { name, health } of told) joined.set(name, health);
    }
    return joined;
  }
}

function isSame(one: PartHealth, other: PartHealth): boolean {
  return one.isHealthy === other.isHealthy && one.detail === other.detail;
}
