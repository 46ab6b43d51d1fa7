import type { FinishReason } from "#hub.ts";

/** Ollama ends an answer that calls tools as any other: its calls tell. `load` and `unload` end answers without words. */
const meanings: Readonly<Record<string, FinishReason>> = { stop: "stop", length: "length" };

export function decodeFinish(reason: string, hasCalls: boolean): FinishReason {
  const finish = Object.hasOwn(meanings, reason) ? (meanings[reason] ?? "other") : "other";
  return finish === "stop" && hasCalls ? "tool_calls" : finish;
}

export function encodeFinish(finish: FinishReason): string {
  return finish === "length" ? "length" : "stop";
}
