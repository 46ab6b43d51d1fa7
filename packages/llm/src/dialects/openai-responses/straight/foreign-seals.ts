import { mapList } from "#dialects/fields/extras.ts";
import { isForeignSeal } from "#dialects/seals/seals.ts";
import { memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "#dialects/openai-responses/name.ts";

/** The request without the thoughts that another vendor encrypted, which this one would refuse with all of it. */
export function dropForeignSeals(request: JsonObject): readonly unknown[] {
  return mapList(request, "input", (item) =>
    isForeignSeal(memberOf(item, "encrypted_content"), dialect) ? [] : [item],
  );
}
