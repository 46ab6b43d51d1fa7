// What a request means -> the body for a vendor of this dialect. Nothing that came in this dialect is lost; what came in
// another one and has no place here is named in the notes.

import type { EncodedRequest, RequestEdits } from "#dialects/parsed-request.ts";
import { ownFields, present, spellingOf, writeJson } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { encodeServiceTier } from "#dialects/openai/openai-service-tier.ts";
import { encodeUserId } from "#dialects/openai/openai-user.ts";
import { needsOfCrossing } from "#fitting/needs.ts";
import { effortOf } from "#dialects/fields/reasoning-effort.ts";
import type { ChatRequest } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeFormat } from "#dialects/openai-responses/answer-format.ts";
import { encodeConversation } from "./encode-message.ts";
import { fit } from "#dialects/openai-responses/straight/fit.ts";
import { encodeIncludes } from "#dialects/openai-responses/logprobs.ts";
import { dialect } from "#dialects/openai-responses/name.ts";
import { encodeToolChoice } from "#dialects/openai-responses/tool-choice.ts";
import { encodeTools } from "#dialects/openai-responses/tools.ts";

export function encodeRequest(request: ChatRequest, { model, quirks }: RequestEdits): EncodedRequest {
  const notes: Notes = new Set();
  const spelling = spellingOf(request.extras, dialect);
  const { text, ...fields } = ownFields(request.extras, dialect, notes);
  const body = {
    model,
    ...encodeInput(request, spelling, notes),
    ...(spelling["tools"] === "empty" && { tools: [] }),
    ...encodeTools(request.tools, notes),
    ...encodeToolChoice(request),
    ...present({
      temperature: encodeTemperature(request, notes),
      top_p: request.sampling.topP,
      parallel_tool_calls: request.allowsParallelToolCalls,
      max_output_tokens: encodeOutputLimit(request, notes),
    }),
    ...encodeReasoningWish(request, spelling, notes),
    ...encodeText(text, encodeFormat(request.format, notes), spelling),
    ...encodeIncludes(request, model),
    ...encodeUser(request, spelling, notes),
    ...encodeTier(request, spelling, notes),
    ...encodeState(request, spelling),
    ...(request.stream ? { stream: true } : present({ stream: spelling["stream"] })),
    ...fields,
  };
  noteUnspeakable(request, notes);
  const fitted = fit(body, needsOfCrossing(quirks, model), notes);
  return { body: writeJson(fitted, "invalid_request_error"), notes: [...notes] };
}

function encodeInput({ messages, extras }: ChatRequest, { input: form }: JsonObject, notes: Notes): JsonObject {
  const { instructions, input } = encodeConversation(messages, notes);
  const [item] = input;
  const isText = form === "string" && isObject(item);
  const alone = spellingOf(extras, dialect)["instructions"];
  return {
    ...present({ instructions: instructions ?? alone }),
    ...(form !== "absent" && { input: isText ? item["content"] : input }),
  };
}

const hottest = 2;

function encodeTemperature({ sampling, extras }: ChatRequest, notes: Notes): number | undefined {
  const { temperature } = sampling;
  if (temperature === undefined || temperature <= hottest || extras?.dialect === dialect) return temperature;
  notes.add("temperature");
  return hottest;
}

/** The vendor answers with no fewer: https://platform.openai.com/docs/api-reference/responses/create */
const leastOutputTokens = 16;

function encodeOutputLimit({ maxOutputTokens, extras }: ChatRequest, notes: Notes): number | undefined {
  if (maxOutputTokens === undefined || extras?.dialect === dialect) return maxOutputTokens;
  if (maxOutputTokens < leastOutputTokens) notes.add("a limit below 16 output tokens");
  return Math.max(maxOutputTokens, leastOutputTokens);
}

/** https://platform.openai.com/docs/guides/reasoning */
const efforts: ReadonlySet<string> = new Set(["none", "minimal", "low", "medium", "high", "xhigh", "max"]);

/** Who asks for thoughts wants to read them, too. A budget of another dialect becomes the word that comes next to it. */
function encodeReasoningWish({ reasoning, extras }: ChatRequest, spelling: JsonObject, notes: Notes): JsonObject {
  const { reasoning: written } = spelling;
  const { effort, budgetTokens } = reasoning ?? {};
  if (extras?.dialect === dialect) {
    return isObject(written) ? { reasoning: { ...written, ...present({ effort }) } } : {};
  }
  if (budgetTokens !== undefined) notes.add("reasoning budget");
  const word = effort ?? (budgetTokens === undefined ? undefined : effortOf(budgetTokens));
  if (word === undefined) return {};
  if (!efforts.has(word)) {
    notes.add("reasoning effort");
    return {};
  }
  return { reasoning: { effort: word, ...(word !== "none" && { summary: "auto" }) } };
}

/** What was no object comes back as it was. */
function encodeText(kept: unknown, format: JsonObject, { text: form }: JsonObject): JsonObject {
  if (kept !== undefined && !isObject(kept)) return { text: kept };
  const text = { ...kept, ...format };
  return Object.keys(text).length === 0 && form !== "empty" ? {} : { text };
}

function encodeUser(request: ChatRequest, { user: field }: JsonObject, notes: Notes): JsonObject {
  return present({ [field === "safety_identifier" ? field : "user"]: encodeUserId(request, dialect, notes) });
}

function encodeTier({ serviceTier }: ChatRequest, spelling: JsonObject, notes: Notes): JsonObject {
  const tier = spelling["service_tier"] ?? encodeServiceTier(serviceTier);
  if (serviceTier !== undefined && tier === undefined) notes.add("service_tier");
  return present({ service_tier: tier });
}

/** Nothing is kept by the vendor for a client that could not ask for it again. */
function encodeState({ extras }: ChatRequest, spelling: JsonObject): JsonObject {
  if (extras?.dialect !== dialect) return { store: false };
  const { store, background, truncation, stream_options: options } = spelling;
  return present({ store, background, truncation, stream_options: options });
}

/** What no field of the dialect says. A penalty of 0 is none. */
function noteUnspeakable({ sampling, answers = 1, stopSequences }: ChatRequest, notes: Notes): void {
  if (sampling.topK !== undefined) notes.add("top_k");
  if (sampling.frequencyPenalty) notes.add("frequency_penalty");
  if (sampling.presencePenalty) notes.add("presence_penalty");
  if (sampling.seed !== undefined) notes.add("seed");
  if (stopSequences.length > 0) notes.add("stop");
  if (answers !== 1) notes.add("n");
}
