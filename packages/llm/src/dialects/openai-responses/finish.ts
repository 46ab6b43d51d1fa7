// Why an answer ended. The dialect says only whether it is complete, and if not, why: the rest is told by its items.

import type { FinishReason } from "#hub.ts";
import { memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

const meanings: Readonly<Record<string, FinishReason>> = {
  max_output_tokens: "length",
  max_tokens: "length",
  content_filter: "content_filter",
};

/** LM Studio and proxies have words of their own for what is complete. */
const completed: ReadonlySet<unknown> = new Set(["completed", "complete"]);

/** Null while the answer is not there yet, as of a request that runs in the background. */
export function decodeFinish(response: unknown, hasCalls: boolean): FinishReason | null {
  const status = memberOf(response, "status");
  if (status === "incomplete") {
    const reason = memberOf(memberOf(response, "incomplete_details"), "reason");
    return typeof reason === "string" && Object.hasOwn(meanings, reason) ? (meanings[reason] ?? "other") : "other";
  }
  if (!completed.has(status)) return null;
  return hasCalls ? "tool_calls" : "stop";
}

const reasons: Readonly<Partial<Record<FinishReason, string>>> = {
  length: "max_output_tokens",
  content_filter: "content_filter",
};

/** A refusal without words is told as what it is elsewhere: content that was filtered. */
export function encodeFinish(finish: FinishReason | null, hasRefused: boolean): JsonObject {
  const reason = finish === "refusal" && !hasRefused ? "content_filter" : reasons[finish ?? "stop"];
  if (reason === undefined) return { status: "completed", incomplete_details: null };
  return { status: "incomplete", incomplete_details: { reason } };
}
