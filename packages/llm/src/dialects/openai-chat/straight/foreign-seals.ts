import { mapList } from "#dialects/fields/extras.ts";
import { isForeignSeal } from "#dialects/seals/seals.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "#dialects/openai-chat/name.ts";

/** The request without what another vendor sealed: entries of thoughts, and the signatures of calls. */
export function dropForeignSeals(request: JsonObject): readonly unknown[] {
  return mapList(request, "messages", (message) => {
    const kept = mapList(message, "reasoning_details", (entry) => (isForeignThought(entry) ? [] : [entry]));
    return kept.flatMap((one) => mapList(one, "tool_calls", (call) => [withoutSignature(call)]));
  });
}

function isForeignThought(entry: unknown): boolean {
  return [memberOf(entry, "signature"), memberOf(entry, "data")].some((seal) => isForeignSeal(seal, dialect));
}

function withoutSignature(call: unknown): unknown {
  const signature = memberOf(memberOf(memberOf(call, "extra_content"), "google"), "thought_signature");
  if (!isObject(call) || !isForeignSeal(signature, dialect)) return call;
  const { extra_content: _signature, ...rest } = call;
  return rest;
}
