// For how long answers of an alias are kept, and among whose requests, in words.

import type { CacheScope } from "@ghostllm/contract";
import type { Alias } from "#api/queries.ts";
import { formatDuration } from "#format/time.ts";

export const cacheScopeWords: Readonly<Record<CacheScope, string>> = {
  key: "each key",
  user: "each user",
  team: "each team",
  organisation: "each organisation",
};

export function isCacheScope(word: string): word is CacheScope {
  return Object.hasOwn(cacheScopeWords, word);
}

export function cacheWords(cache: Alias["cache"]): string {
  if (cache === null) return "no";
  const scope = isCacheScope(cache.scope) ? cacheScopeWords[cache.scope] : cache.scope;
  const meaning =
    cache.semantic === null ? "" : `, also for questions that mean the same, from ${cache.semantic.threshold}`;
  return `for ${formatDuration(cache.ttl_seconds * 1000)}, of ${scope}${meaning}`;
}
