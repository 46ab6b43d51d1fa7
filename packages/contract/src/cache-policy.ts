// The words of what is kept of answers, so that a request that comes again is answered without its vendor.

/** Among whose requests one may be answered by what was told to another: always within one of these, and never beyond. */
export const cacheScopes = ["key", "user", "team", "organisation"] as const;
export type CacheScope = (typeof cacheScopes)[number];

/** How a stream is told again: as fast as its client reads, or with the pauses that it had. */
export const cachePaces = ["at_once", "natural"] as const;
export type CachePace = (typeof cachePaces)[number];

/** What came of a request whose alias has answers kept. `bypass`: it could neither be answered from them nor become one of them. */
export const cacheOutcomes = ["hit", "miss", "bypass"] as const;
export type CacheOutcome = (typeof cacheOutcomes)[number];

export const usualCacheSeconds = 3_600;
export const mostCacheSeconds = 30 * 86_400;

/** How alike two questions must be, from 0 to 1, where nothing else is said: docs/cache.md has what that was chosen from. */
export const usualSimilarity = 0.92;
export const leastSimilarity = 0.5;

/** For how long the vendor of an embedding is waited for, where nothing else is said, and at most. */
export const usualEmbeddingMs = 500;
export const mostEmbeddingMs = 10_000;

/**
 * What came of looking for a question of the same meaning. `told`: one was found. `none`: there is none to compare it with; `unlike`: none is like
 * enough; `differs`: one is, and something on its surface speaks against it; `gone`: its answer is not kept any more; `late`, `failed`: its vector
 * did not come in time, or not at all; `resting`: nobody who could make one was to be asked; `budget`: a budget has no room for it; `barred`: the
 * caller may not be led there; `unfit`: the request is none that is compared.
 */
export const semanticOutcomes = [
  ...(["told", "none", "unlike", "differs", "gone", "late", "failed", "resting", "budget", "barred", "unfit"] as const),
] as const;
export type SemanticOutcome = (typeof semanticOutcomes)[number];
