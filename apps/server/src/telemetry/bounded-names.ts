// Values of a label that people make up: providers, models, aliases, teams. Invariant: no more series than so many come of them,
// whatever is configured, for Prometheus keeps each of them in memory.

/** What stands for all names beyond those. */
export const otherName = "other";

export class BoundedNames {
  readonly #most: number;
  readonly #known = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  /** The name, of those that came first; `other` of all that came later. */
  of(name: string): string {
    if (this.#known.has(name)) return name;
    if (this.#known.size >= this.#most) return otherName;
    this.#known.add(name);
    return name;
  }
}
