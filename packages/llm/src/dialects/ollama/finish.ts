import { meaningOfFinish } from "#dialects/fields/finish-words.ts";
import type { FinishReason } from "#hub.ts";

/** `load` and `unload` end answers without words. */
const meanings: Readonly<Record<string, FinishReason>> = { stop: "stop", length: "length" };

export function decodeFinish(reason: string, hasCalls: boolean): FinishReason {
  return meaningOfFinish(meanings, reason, hasCalls);
}

export function encodeFinish(finish: FinishReason): string {
  return finish === "length" ? "length" : "stop";
}
