// What an answer means -> the answer for a client of this dialect. Reasoning is written as most clients read it, in
// `reasoning_content`; what must come back sealed stands in OpenRouter's `reasoning_details` as well.

import { ownFields, present, spellingOf, writeJson } from "#dialects/fields/extras.ts";
import type { ChatResult, Choice, FinishReason, MediaPart, Part, ReasoningPart } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { createContext } from "#dialects/openai-chat/encode-context.ts";
import { encodeCitation } from "#dialects/openai-chat/citations.ts";
import { encodeMedia } from "./encode-content.ts";
import { isFunctionCall } from "./encode-message.ts";
import { encodeUsage } from "./encode-usage.ts";
import { encodeFinish } from "#dialects/openai-chat/finish.ts";
import { encodeLogprobs } from "#dialects/openai-chat/logprobs.ts";
import { dialect } from "#dialects/openai-chat/name.ts";
import { encodeDetails, isSealed, joinReasoning } from "#dialects/openai-chat/reasoning.ts";
import { encodeServiceTier } from "#dialects/openai/openai-service-tier.ts";
import { encodeToolCall } from "#dialects/openai-chat/tool-calls.ts";

export function encodeResult(result: ChatResult): string {
  const { usage, service_tier: tier } = spellingOf(result.extras, dialect);
  const answer = {
    id: result.id,
    object: "chat.completion",
    created: result.createdSeconds,
    model: result.model,
    choices: result.choices.map(encodeChoice),
    ...present({ usage: usage ?? (result.usage === null ? undefined : encodeUsage(result.usage)) }),
    ...present({ service_tier: tier ?? encodeServiceTier(result.serviceTier) }),
    ...ownFields(result.extras, dialect, new Set()),
  };
  return writeJson(answer, "provider_error");
}

function encodeChoice({ index, content, finish, logprobs, extras }: Choice): JsonObject {
  const { message, ...fields } = ownFields(extras, dialect, new Set());
  const { finish_reason: reason } = spellingOf(extras, dialect);
  return {
    index,
    message: { ...(isObject(message) ? message : {}), ...encodeMessage(content) },
    logprobs: encodeLogprobs(logprobs),
    finish_reason: reason ?? encodeFinish(finish ?? guessFinish(content)),
    ...fields,
  };
}

/** A whole answer has ended, also where the vendor did not say why; clients cannot do without a reason. */
function guessFinish(content: readonly Part[]): FinishReason {
  return content.some((part) => part.kind === "tool_call") ? "tool_calls" : "stop";
}

function encodeMessage(content: readonly Part[]): JsonObject {
  const texts = content.filter((part) => part.kind === "text");
  const refusals = content.filter((part) => part.kind === "refusal");
  const annotations = texts.flatMap(({ citations }) => citations ?? []).map(encodeCitation);
  return {
    role: "assistant",
    content: texts.length === 0 ? null : texts.map(({ text }) => text).join(""),
    refusal: refusals.length === 0 ? null : refusals.map(({ text }) => text).join(""),
    ...(annotations.length > 0 && { annotations }),
    ...encodeReasoning(content.filter((part) => part.kind === "reasoning")),
    ...encodeImages(content),
    ...encodeCalls(content),
  };
}

function encodeReasoning(parts: readonly ReasoningPart[]): JsonObject {
  if (parts.length === 0) return {};
  const isDetailed = parts.some(isSealed) || spellingOf(parts[0]?.extras, dialect)["field"] === "reasoning_details";
  return {
    reasoning_content: joinReasoning(parts),
    ...(isDetailed && { reasoning_details: parts.flatMap(encodeDetails) }),
  };
}

function encodeImages(content: readonly Part[]): JsonObject {
  const images = content.filter((part): part is MediaPart => part.kind === "image").map(encodeImage);
  return images.length === 0 ? {} : { images };
}

export function encodeImage(part: MediaPart): JsonObject {
  return encodeMedia(part, createContext({})) ?? {};
}

function encodeCalls(content: readonly Part[]): JsonObject {
  const functionCall = content.find((part) => part.kind === "tool_call" && isFunctionCall(part));
  const calls = content.flatMap((part) => {
    if (part.kind === "opaque") return part.dialect === dialect && part.place === "tool_calls" ? [part.value] : [];
    return part.kind === "tool_call" && part !== functionCall ? [encodeToolCall(part, new Set())] : [];
  });
  return {
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(functionCall?.kind === "tool_call" && {
      function_call: { name: functionCall.name, arguments: functionCall.argumentsText },
    }),
  };
}
