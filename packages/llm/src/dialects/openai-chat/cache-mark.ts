import type { FieldReader } from "#dialects/fields/field-reader.ts";
import { spellingOf } from "#dialects/fields/extras.ts";
import type { CacheMark, Extras } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import type { EncodeContext } from "./encode-context.ts";
import { dialect } from "./name.ts";

/** OpenRouter and others take Anthropic's `cache_control`; OpenAI has a mark of its own. */
export function decodeCacheMark(reader: FieldReader): { readonly cache?: CacheMark } {
  const control = reader.take("cache_control", isCacheControl);
  if (control !== undefined) {
    reader.spell("cache", "cache_control");
    const ttl = control["ttl"];
    return { cache: typeof ttl === "string" ? { ttl } : {} };
  }
  if (reader.take("prompt_cache_breakpoint", isBreakpoint) === undefined) return {};
  reader.spell("cache", "prompt_cache_breakpoint");
  return { cache: {} };
}

function isCacheControl(value: unknown): value is JsonObject {
  if (!isObject(value) || value["type"] !== "ephemeral") return false;
  return Object.entries(value).every(([key, held]) => key === "type" || (key === "ttl" && typeof held === "string"));
}

function isBreakpoint(value: unknown): value is JsonObject {
  return isObject(value) && value["mode"] === "explicit" && Object.keys(value).length === 1;
}

export function encodeCacheMark(
  { cache, extras }: { readonly cache?: CacheMark; readonly extras?: Extras },
  { takes, notes }: EncodeContext,
): JsonObject {
  if (cache === undefined) return {};
  const spelling = spellingOf(extras, dialect)["cache"];
  if (spelling === "prompt_cache_breakpoint") return { prompt_cache_breakpoint: { mode: "explicit" } };
  if (spelling === "cache_control" || takes.has("cache_control"))
    return { cache_control: { type: "ephemeral", ...cache } };
  notes.add("cache_control");
  return {};
}
