// What an answer means -> the answer for a client of this dialect, which knows one choice only: the first.

import type { ElapsedMs } from "#dialects/dialect.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { ownFields, present, spellingOf, writeJson } from "#dialects/fields/extras.ts";
import type { ChatResult, Part } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeCreatedAt } from "#dialects/ollama/created-at.ts";
import { encodeDurations } from "#dialects/ollama/durations.ts";
import { encodeFinish } from "#dialects/ollama/finish.ts";
import { encodeLogprobs } from "#dialects/ollama/logprobs.ts";
import { encodeMedia } from "#dialects/ollama/media.ts";
import { dialect } from "#dialects/ollama/name.ts";
import { encodeToolCall } from "#dialects/ollama/tool-calls.ts";
import { encodeUsage } from "#dialects/ollama/usage.ts";

export function encodeResult(
  result: ChatResult,
  { operation }: Pick<ParsedRequest, "operation">,
  elapsedMs?: ElapsedMs,
): string {
  const [choice] = result.choices;
  const { created_at: createdAt } = spellingOf(result.extras, dialect);
  const { done_reason: reason } = spellingOf(choice?.extras, dialect);
  const kept = ownFields(choice?.extras, dialect, new Set())["message"];
  const message = { ...(isObject(kept) ? kept : {}), ...encodeMessage(choice?.content ?? []) };
  const answer = {
    model: result.model,
    created_at: createdAt ?? encodeCreatedAt(result.createdSeconds),
    ...(operation === "generate" ? toResponse(message) : { message: { role: "assistant", ...message } }),
    done: true,
    done_reason: reason ?? encodeFinish(choice?.finish ?? "stop"),
    ...encodeDurations(elapsedMs, null),
    ...encodeUsage(result.usage),
    ...present({ logprobs: encodeLogprobs(choice?.logprobs) }),
    ...ownFields(result.extras, dialect, new Set()),
  };
  return writeJson(answer, "provider_error");
}

/** The fields of a message as `/api/generate` has them, which knows no tools. */
export function toResponse({ content, thinking }: JsonObject): JsonObject {
  return { response: content, ...present({ thinking }) };
}

function encodeMessage(content: readonly Part[]): JsonObject {
  const thinking = textOf(content, ["reasoning"]);
  const images = content.flatMap((part) => (part.kind === "image" ? [encodeMedia(part, new Set())] : []));
  const calls = content.flatMap((part, index) => (part.kind === "tool_call" ? [{ part, index }] : []));
  const known = images.filter((image) => image !== undefined);
  return {
    content: textOf(content, ["text", "refusal"]),
    ...(thinking !== "" && { thinking }),
    ...(known.length > 0 && { images: known }),
    ...(calls.length > 0 && { tool_calls: calls.map(({ part }, index) => encodeAnswerCall(part, index)) }),
  };
}

function textOf(content: readonly Part[], kinds: readonly Part["kind"][]): string {
  return content.map((part) => (kinds.includes(part.kind) && "text" in part ? part.text : "")).join("");
}

export function encodeAnswerCall(part: Extract<Part, { readonly kind: "tool_call" }>, index: number): JsonObject {
  const call = encodeToolCall(part, new Set());
  const inner = call["function"];
  return { ...call, function: { index, ...(isObject(inner) ? inner : {}) } };
}
