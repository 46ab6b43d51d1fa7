import type { FinishReason } from "#hub.ts";

/**
 * What a vendor's word for the end means. Many servers end an answer that calls tools as any other, above all those that copy
 * a dialect: its calls tell.
 */
export function meaningOfFinish(
  meanings: Readonly<Record<string, FinishReason>>,
  reason: string,
  hasCalls: boolean,
): FinishReason {
  const finish = Object.hasOwn(meanings, reason) ? (meanings[reason] ?? "other") : "other";
  return finish === "stop" && hasCalls ? "tool_calls" : finish;
}
