// What a request means -> the body for a vendor of this dialect. Nothing that came in this dialect is lost; what came in
// another one and has no place here is named in the notes.

import type { EncodedRequest, RequestEdits } from "#dialects/parsed-request.ts";
import { ownFields, present, spellingOf, writeJson } from "#dialects/fields/extras.ts";
import { encodeUserId } from "#dialects/openai/openai-user.ts";
import { needsOfCrossing } from "#fitting/needs.ts";
import { effortOf } from "#dialects/fields/reasoning-effort.ts";
import type { ChatRequest } from "#hub.ts";
import type { Quirks } from "#providers/definition.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeFormat } from "#dialects/openai-chat/answer-format.ts";
import { createContext } from "#dialects/openai-chat/encode-context.ts";
import type { EncodeContext } from "#dialects/openai-chat/encode-context.ts";
import { encodeMessages } from "./encode-message.ts";
import { fit } from "#dialects/openai-chat/straight/fit.ts";
import { dialect } from "#dialects/openai-chat/name.ts";
import { encodeServiceTier } from "#dialects/openai/openai-service-tier.ts";
import { encodeToolChoice, encodeTools } from "#dialects/openai-chat/tools.ts";

export function encodeRequest(request: ChatRequest, { model, quirks }: RequestEdits): EncodedRequest {
  const context = createContext(quirks, model);
  const spelling = spellingOf(request.extras, dialect);
  const body = {
    model,
    messages: encodeMessages(request.messages, context),
    ...encodeEmptyLists(spelling),
    ...encodeTools(request.tools, context),
    ...encodeToolChoice(request.toolChoice, spelling["toolChoice"] ?? quirks.mustCall),
    ...encodeFields(request, spelling, context),
    ...encodeStream(request, spelling, quirks),
    ...ownFields(request.extras, dialect, context.notes),
  };
  const fitted = fit(body, needsOfCrossing(quirks, model), context.notes);
  return { body: writeJson(fitted, "invalid_request_error"), notes: [...context.notes] };
}

function encodeFields(request: ChatRequest, spelling: JsonObject, context: EncodeContext): JsonObject {
  return {
    ...encodeSampling(request, spelling, context),
    ...encodeOutputLimit(request, spelling),
    ...encodeStop(request, spelling),
    ...encodeReasoningWish(request, spelling, context),
    ...encodeLogprobs(request, spelling),
    ...(request.format && { response_format: encodeFormat(request.format, context.notes) }),
    ...present({
      parallel_tool_calls: request.allowsParallelToolCalls,
      n: request.answers,
      user: encodeUserId(request, dialect, context.notes),
    }),
    ...encodeTier(request, spelling, context),
  };
}

function encodeEmptyLists({ tools, functions }: JsonObject): JsonObject {
  return { ...(tools === "empty" && { tools: [] }), ...(functions === "empty" && { functions: [] }) };
}

const hottest = 2;

function encodeSampling(
  { sampling, extras }: ChatRequest,
  spelling: JsonObject,
  { takes, notes }: EncodeContext,
): JsonObject {
  const { temperature, topP, topK, frequencyPenalty, presencePenalty, seed } = sampling;
  const takesTopK = spelling["topK"] === "top_k" || takes.has("top_k");
  if (topK !== undefined && !takesTopK) notes.add("top_k");
  const isTooHot = extras?.dialect !== dialect && temperature !== undefined && temperature > hottest;
  if (isTooHot) notes.add("temperature");
  return present({
    temperature: isTooHot ? hottest : temperature,
    top_p: topP,
    top_k: takesTopK ? topK : undefined,
    frequency_penalty: frequencyPenalty,
    presence_penalty: presencePenalty,
    seed,
  });
}

function encodeOutputLimit(request: ChatRequest, spelling: JsonObject): JsonObject {
  if (request.maxOutputTokens === undefined) return {};
  const { outputLimit, max_tokens: older } = spelling;
  const field = typeof outputLimit === "string" ? outputLimit : "max_completion_tokens";
  return { ...present({ max_tokens: older }), [field]: request.maxOutputTokens };
}

function encodeStop({ stopSequences }: ChatRequest, { stop }: JsonObject): JsonObject {
  if (stopSequences.length === 0) return present({ stop });
  return { stop: stop === "string" && stopSequences.length === 1 ? stopSequences[0] : stopSequences };
}

/** As it was written; a budget of another dialect becomes the word that comes next to it. */
function encodeReasoningWish({ reasoning }: ChatRequest, spelling: JsonObject, { notes }: EncodeContext): JsonObject {
  if (reasoning === undefined) return {};
  const { effort, budgetTokens } = reasoning;
  const { reasoning: written, thinking } = spelling;
  if (isObject(written)) return { reasoning: { ...written, ...present({ effort, max_tokens: budgetTokens }) } };
  if (isObject(thinking)) return { thinking: { ...thinking, ...present({ effort, budget_tokens: budgetTokens }) } };
  if (budgetTokens !== undefined) notes.add("reasoning budget");
  return present({ reasoning_effort: effort ?? (budgetTokens === undefined ? undefined : effortOf(budgetTokens)) });
}

function encodeLogprobs({ logprobs }: ChatRequest, spelling: JsonObject): JsonObject {
  if (logprobs === undefined) return present({ logprobs: spelling["logprobs"] });
  const top = logprobs === 0 ? spelling["top_logprobs"] : logprobs;
  return { logprobs: true, ...present({ top_logprobs: top }) };
}

function encodeTier({ serviceTier }: ChatRequest, spelling: JsonObject, { notes }: EncodeContext): JsonObject {
  const tier = spelling["service_tier"] ?? encodeServiceTier(serviceTier);
  if (serviceTier !== undefined && tier === undefined) notes.add("service_tier");
  return present({ service_tier: tier });
}

/** Usage is asked for in every stream, as edit.ts does for requests that need no translation. */
function encodeStream({ stream }: ChatRequest, spelling: JsonObject, { streamUsage }: Quirks): JsonObject {
  const options = isObject(spelling["stream_options"]) ? spelling["stream_options"] : undefined;
  if (!stream) return present({ stream: spelling["stream"], stream_options: options });
  if (streamUsage === "unasked") return { stream, ...present({ stream_options: options }) };
  return { stream, stream_options: { ...options, include_usage: true } };
}
