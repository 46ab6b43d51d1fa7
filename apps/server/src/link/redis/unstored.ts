// What this instance has answered and the database does not have yet, by scope: the part of what is spent that only this
// instance knows, and that it tells Redis as a whole whenever it changes.

import { ScopeMap } from "#domain/access/scope.ts";
import type { Counted } from "#domain/access/scope.ts";

export class Unstored {
  readonly #nanos = new ScopeMap<number>();
  /** Changed since it was told. */
  #untold = new ScopeMap<true>();
  #hasUntold = false;

  of(scope: Counted): number {
    return this.#nanos.get(scope) ?? 0;
  }

  add(scope: Counted, nanos: number): void {
    const sum = this.of(scope) + nanos;
    if (sum === 0) this.#nanos.delete(scope);
    else this.#nanos.set(scope, sum);
  }

  /** To be told when Redis is there. */
  mark(scopes: readonly Counted[]): void {
    for (const scope of scopes) this.#untold.set(scope, true);
    this.#hasUntold ||= scopes.length > 0;
  }

  get hasUntold(): boolean {
    return this.#hasUntold;
  }

  takeUntold(): readonly Counted[] {
    const scopes = [...this.#untold].map(([scope]) => scope);
    this.#untold = new ScopeMap();
    this.#hasUntold = false;
    return scopes;
  }

  /** All of which there is something. */
  scopes(): readonly Counted[] {
    return [...this.#nanos].filter(([, nanos]) => nanos !== 0).map(([scope]) => scope);
  }
}
