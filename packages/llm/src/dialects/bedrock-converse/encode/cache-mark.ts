import type { Notes } from "#dialects/fields/extras.ts";
import type { CacheMark } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";

const times: readonly string[] = ["5m", "1h"];

/** The mark is a block of its own, behind what is to be kept. */
export function encodeCacheMark(cache: CacheMark | undefined, notes: Notes): readonly JsonObject[] {
  if (cache === undefined) return [];
  const isKnown = cache.ttl !== undefined && times.includes(cache.ttl);
  if (cache.ttl !== undefined && !isKnown) notes.add("cache ttl");
  return [{ cachePoint: { type: "default", ...(isKnown && { ttl: cache.ttl }) } }];
}
