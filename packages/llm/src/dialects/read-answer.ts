import type { Usage } from "#hub.ts";
import { findMembers } from "#wire/json-members.ts";
import { isObject, parseJson } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** Up to here an answer is parsed as a whole, which also proves that it is sound. */
const parseUpToBytes = 64 * 1024;

/** Usage of a whole answer. A large one (embeddings, images) is scanned for its `usage` member instead of parsed. */
export function readAnswerUsage(
  body: Buffer,
  readUsageOf: (answer: JsonObject) => Usage | null,
): { readonly usage: Usage | null; readonly broken: boolean } {
  if (body.length > parseUpToBytes) {
    const members = findMembers(body);
    const usage = members?.find(({ key }) => key === "usage");
    if (usage) {
      const told = parseJson(body.toString("utf8", usage.valueStart, usage.valueEnd));
      return { usage: readUsageOf({ usage: told }), broken: false };
    }
    if (members) return { usage: null, broken: false };
  }
  const answer = parseJson(body.toString("utf8"));
  return isObject(answer) ? { usage: readUsageOf(answer), broken: false } : { usage: null, broken: true };
}
