import type { Notes } from "#dialects/fields/extras.ts";
import type { FieldReader } from "#dialects/fields/field-reader.ts";
import type { CacheMark } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

const times: readonly unknown[] = ["5m", "1h"];

export function decodeCacheMark(reader: FieldReader): { readonly cache?: CacheMark } {
  const control = reader.take("cache_control", isCacheControl);
  if (control === undefined) return {};
  const ttl = control["ttl"];
  return { cache: typeof ttl === "string" ? { ttl } : {} };
}

function isCacheControl(value: unknown): value is JsonObject {
  if (!isObject(value) || value["type"] !== "ephemeral") return false;
  return Object.entries(value).every(([key, held]) => key === "type" || (key === "ttl" && times.includes(held)));
}

export function encodeCacheMark(cache: CacheMark | undefined, notes: Notes): JsonObject {
  if (cache === undefined) return {};
  const isKnown = cache.ttl !== undefined && times.includes(cache.ttl);
  if (cache.ttl !== undefined && !isKnown) notes.add("cache ttl");
  return { cache_control: { type: "ephemeral", ...(isKnown && { ttl: cache.ttl }) } };
}
