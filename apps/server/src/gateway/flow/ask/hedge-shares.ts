// How many attempts at the targets of an alias others may be asked beside: a share of all of them, so that slowness, which is what too much
// work looks like, does not make for twice the work. Of each gateway by itself. Held to by hedge.ts.

import type { AliasHedge } from "#domain/alias-policy.ts";

/** Saved up while nothing was slow. */
const mostSaved = 10;
/** Of an alias that has just begun. */
const firstSaved = 1;
/** Aliases that are remembered; the one that was asked first makes room. */
const mostAliases = 10_000;

export class HedgeShares {
  readonly #saved = new Map<string, number>();

  /** One more attempt, beside which another one may be asked some time. */
  count({ aliasId, mostPercent }: AliasHedge): void {
    const saved = this.#saved.get(aliasId);
    const [oldest] = this.#saved.keys();
    if (saved === undefined && oldest !== undefined && this.#saved.size >= mostAliases) this.#saved.delete(oldest);
    this.#saved.set(aliasId, Math.min(mostSaved, (saved ?? firstSaved) + mostPercent / 100));
  }

  /** False: its share is used up. */
  take({ aliasId }: AliasHedge): boolean {
    const saved = this.#saved.get(aliasId) ?? 0;
    if (saved < 1) return false;
    this.#saved.set(aliasId, saved - 1);
    return true;
  }

  /** Nobody was asked after all. */
  giveBack({ aliasId }: AliasHedge): void {
    this.#saved.set(aliasId, Math.min(mostSaved, (this.#saved.get(aliasId) ?? 0) + 1));
  }
}
