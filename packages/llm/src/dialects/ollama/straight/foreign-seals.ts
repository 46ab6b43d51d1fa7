import { mapList } from "#dialects/fields/extras.ts";
import { isForeignSeal } from "#dialects/seals/seals.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "#dialects/ollama/name.ts";

/** The request without the signatures that other vendors put on calls. */
export function dropForeignSeals(request: JsonObject): readonly unknown[] {
  return mapList(request, "messages", (message) => mapList(message, "tool_calls", (call) => [withoutSignature(call)]));
}

function withoutSignature(call: unknown): unknown {
  if (!isObject(call) || !isForeignSeal(memberOf(call, "signature"), dialect)) return call;
  const { signature: _signature, ...rest } = call;
  return rest;
}
