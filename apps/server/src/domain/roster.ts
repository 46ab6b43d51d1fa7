/** What runs at the moment, in no order. */
export interface Listed {
  /** Where it stands; -1 where it does not. The roster's own to change. */
  place: number;
}

/**
 * A set of what comes and goes all the time. V8's own sets grow by leaving a table behind that points to the next one: once such a
 * table is old, all that ever was in the later ones, whole requests with their bodies, outlives the collections of young objects.
 */
export class Roster<One extends Listed> implements Iterable<One> {
  readonly #all: One[] = [];

  get size(): number {
    return this.#all.length;
  }

  add(one: One): void {
    one.place = this.#all.push(one) - 1;
  }

  delete(one: One): void {
    if (this.#all[one.place] !== one) return;
    const last = this.#all.pop();
    if (last !== undefined && last !== one) {
      this.#all[one.place] = last;
      last.place = one.place;
    }
    one.place = -1;
  }

  /** Those that are here now; some of them may leave meanwhile. */
  [Symbol.iterator](): Iterator<One> {
    return [...this.#all][Symbol.iterator]();
  }
}
