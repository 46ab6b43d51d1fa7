import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** `/api/generate` has the fields of a message among the others. */
export function messageOf(answer: unknown): JsonObject | undefined {
  const message = memberOf(answer, "message");
  if (isObject(message)) return message;
  const response = memberOf(answer, "response");
  const thinking = memberOf(answer, "thinking");
  return typeof response === "string" ? { content: response, thinking } : undefined;
}
