// What a request means -> the body for a model behind this dialect. What has no place here is named in the notes.

import type { EncodedRequest, RequestEdits } from "#dialects/parsed-request.ts";
import { ownFields, present, writeJson } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { narrowSchema } from "#dialects/fields/fitted-schemas.ts";
import type { AnswerFormat, ChatRequest } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import { needsOfCrossing } from "#fitting/needs.ts";
import { fit } from "./fit.ts";
import { encodeMessages } from "./encode-message.ts";
import { encodeOwnFields, isThinking } from "./models.ts";
import { dialect } from "#dialects/bedrock-converse/name.ts";
import { encodeToolConfig } from "./tools.ts";

/** The path tells the model, and whether the answer is a stream. */
export function encodeRequest(request: ChatRequest, { model, quirks }: RequestEdits): EncodedRequest {
  const notes: Notes = new Set();
  ownFields(request.extras, dialect, notes);
  const own = encodeOwnFields(request, model, notes);
  const outputTokens = request.maxOutputTokens ?? own.outputTokens;
  const body = {
    ...encodeMessages(request.messages, notes),
    ...fieldOf("inferenceConfig", encodeInference(request, { outputTokens, thinks: isThinking(own) }, notes)),
    ...encodeToolConfig(request, notes),
    ...fieldOf("additionalModelRequestFields", isThinking(own) ? withoutTopK(own.fields, notes) : own.fields),
    ...encodeFormat(request.format, notes),
    ...encodeTier(request.serviceTier, notes),
  };
  noteUnspeakable(request, notes);
  const fitted = fit(body, needsOfCrossing(quirks, model), notes);
  return { body: writeJson(fitted, "invalid_request_error"), notes: [...notes] };
}

function fieldOf(name: string, value: JsonObject): JsonObject {
  return Object.keys(value).length === 0 ? {} : { [name]: value };
}

interface InferenceFacts {
  readonly outputTokens: number | undefined;
  readonly thinks: boolean;
}

/** The dialect refuses sequences of spaces alone, and Claude next to thoughts most of sampling. */
function encodeInference(request: ChatRequest, { outputTokens, thinks }: InferenceFacts, notes: Notes): JsonObject {
  const { temperature, topP } = request.sampling;
  const takesTemperature = !thinks || temperature === undefined || temperature === 1;
  const takesTopP = !thinks || topP === undefined || topP >= 0.95;
  const stopSequences = request.stopSequences.filter((sequence) => sequence.trim() !== "");
  if (!takesTemperature) notes.add("temperature");
  if (!takesTopP) notes.add("top_p");
  if (stopSequences.length < request.stopSequences.length) notes.add("stop of spaces");
  return present({
    maxTokens: outputTokens,
    temperature: takesTemperature ? temperature : undefined,
    topP: takesTopP ? topP : undefined,
    stopSequences: stopSequences.length === 0 ? undefined : stopSequences,
  });
}

function withoutTopK({ top_k: topK, ...fields }: JsonObject, notes: Notes): JsonObject {
  if (topK !== undefined) notes.add("top_k");
  return fields;
}

/** The schema is a text within the text: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_OutputConfig.html */
function encodeFormat(format: AnswerFormat | undefined, notes: Notes): JsonObject {
  if (format?.kind === "json") notes.add("JSON without a schema");
  if (format?.kind !== "schema") return {};
  ownFields(format.extras, dialect, notes);
  const { name, description, schema } = format;
  const jsonSchema = {
    schema: writeJson(narrowSchema(schema, notes), "invalid_request_error"),
    ...present({ name, description }),
  };
  return { outputConfig: { textFormat: { type: "json_schema", structure: { jsonSchema } } } };
}

const tiers: Readonly<Partial<Record<string, string>>> = {
  default: "default",
  standard: "default",
  standard_only: "default",
  flex: "flex",
  priority: "priority",
  reserved: "reserved",
};

function encodeTier(tier: string | undefined, notes: Notes): JsonObject {
  if (tier === undefined || tier === "auto") return {};
  const type = Object.hasOwn(tiers, tier) ? tiers[tier] : undefined;
  if (type === undefined) notes.add("service_tier");
  return type === undefined ? {} : { serviceTier: { type } };
}

/** What no field of the dialect says. A penalty of 0 is none. */
function noteUnspeakable(request: ChatRequest, notes: Notes): void {
  const { sampling, answers = 1, logprobs, userId, allowsParallelToolCalls } = request;
  if (sampling.frequencyPenalty) notes.add("frequency_penalty");
  if (sampling.presencePenalty) notes.add("presence_penalty");
  if (sampling.seed !== undefined) notes.add("seed");
  if (answers !== 1) notes.add("n");
  if (logprobs !== undefined) notes.add("logprobs");
  if (userId !== undefined) notes.add("user");
  if (allowsParallelToolCalls === false) notes.add("parallel_tool_calls");
}
