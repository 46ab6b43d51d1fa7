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
