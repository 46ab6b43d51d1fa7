import { mapList } from "#dialects/fields/extras.ts";
import { isForeignSeal } from "#dialects/seals/seals.ts";
import { memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "#dialects/anthropic-messages/name.ts";

/** The request without the thoughts that another vendor sealed, which this one would refuse with all of it. */
export function dropForeignSeals(request: JsonObject): readonly unknown[] {
  return mapList(request, "messages", (message) =>
    mapList(message, "content", (block) => (isForeign(block) ? [] : [block])),
  );
}

function isForeign(block: unknown): boolean {
  return [memberOf(block, "signature"), memberOf(block, "data")].some((seal) => isForeignSeal(seal, dialect));
}
