// What a request means -> the body for a vendor of this dialect. Nothing that came in this dialect is lost; what came in
// another one and has no place here is named in the notes.

import type { EncodedRequest, RequestEdits } from "#dialects/parsed-request.ts";
import { ownFields, present, spellingOf, writeJson } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { narrowSchema } from "#dialects/fields/fitted-schemas.ts";
import type { AnswerFormat, ChatRequest } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { needsOfCrossing } from "#fitting/needs.ts";
import { wrapFields } from "#dialects/anthropic-messages/straight/envelope.ts";
import { encodeMessages } from "./encode-message.ts";
import { fit } from "#dialects/anthropic-messages/straight/fit.ts";
import { traitsOf } from "#dialects/anthropic-messages/models.ts";
import { dialect } from "#dialects/anthropic-messages/name.ts";
import { encodeReasoningWish } from "#dialects/anthropic-messages/reasoning-wish.ts";
import { encodeTierWish } from "./service-tier.ts";
import { encodeToolChoice, encodeTools } from "#dialects/anthropic-messages/tools.ts";

export function encodeRequest(request: ChatRequest, edits: RequestEdits): EncodedRequest {
  const { model, quirks } = edits;
  const notes: Notes = new Set();
  const needs = needsOfCrossing(quirks, model);
  const spelling = spellingOf(request.extras, dialect);
  const { metadata, output_config: output, ...fields } = ownFields(request.extras, dialect, notes);
  const { outputTokens: usualOutputTokens, thinking: kind, isStructured } = traitsOf(model);
  const { thinking, effort, outputTokens } = encodeReasoningWish(request, { kind, usualOutputTokens, notes });
  const isOwn = request.extras?.dialect === dialect;
  const tools = encodeTools(request.tools, isOwn ? "own" : isStructured ? "structured" : "loose", notes);
  const isLimited = request.maxOutputTokens !== undefined || spelling["max_tokens"] !== "absent";
  const body = {
    model,
    ...(isLimited && { max_tokens: outputTokens }),
    ...encodeMessages(request.messages, notes, needs.systemTurns),
    ...(spelling["tools"] === "empty" && { tools: [] }),
    ...tools,
    ...encodeToolChoice(request, "tools" in tools),
    ...encodeSampling(request, thinking, notes),
    ...encodeStop(request, spelling, notes),
    ...present({ thinking }),
    ...mergeField("output_config", output, { effort, ...encodeFormat(request, spelling, notes) }),
    ...mergeField("metadata", metadata, { user_id: request.userId }),
    ...encodeOldFormat(request, spelling, notes),
    ...encodeTier(request, notes),
    ...(request.stream ? { stream: true } : present({ stream: spelling["stream"] })),
    ...fields,
  };
  noteUnspeakable(request, notes);
  // Headers of clients of other dialects say nothing here.
  const fitted = fit(body, needs, notes);
  const wrapped = quirks.envelope === undefined ? fitted : wrapFields(fitted, quirks.envelope, isOwn ? edits : {});
  return { body: writeJson(wrapped, "invalid_request_error"), notes: [...notes] };
}

/** An object of which some fields are kept and some have a meaning. What was no such object comes back as it was. */
function mergeField(name: string, kept: unknown, told: JsonObject): JsonObject {
  const fields = present(told);
  if (kept !== undefined && !isObject(kept)) return { [name]: kept };
  return kept === undefined && Object.keys(fields).length === 0 ? {} : { [name]: { ...kept, ...fields } };
}

/** The vendor takes a temperature of 1 at most, and next to thinking no other and no `top_k`. */
function encodeSampling({ sampling, extras }: ChatRequest, thinking: JsonObject | undefined, notes: Notes): JsonObject {
  const { temperature, topP, topK } = sampling;
  if (extras?.dialect === dialect) return present({ temperature, top_p: topP, top_k: topK });
  const thinks = thinking !== undefined && thinking["type"] !== "disabled";
  const isTooHot = temperature !== undefined && (temperature > 1 || (thinks && temperature !== 1));
  if (isTooHot) notes.add("temperature");
  if (thinks && topK !== undefined) notes.add("top_k");
  const isTooNarrow = thinks && topP !== undefined && topP < 0.95;
  if (isTooNarrow) notes.add("top_p");
  return present({
    temperature: isTooHot ? (thinks ? undefined : 1) : temperature,
    top_p: isTooNarrow ? undefined : topP,
    top_k: thinks ? undefined : topK,
  });
}

/** The vendor refuses sequences of spaces alone. */
function encodeStop({ stopSequences, extras }: ChatRequest, spelling: JsonObject, notes: Notes): JsonObject {
  if (stopSequences.length === 0) return present({ stop_sequences: spelling["stop_sequences"] });
  if (extras?.dialect === dialect) return { stop_sequences: stopSequences };
  const taken = stopSequences.filter((sequence) => sequence.trim() !== "");
  if (taken.length < stopSequences.length) notes.add("stop of spaces");
  return taken.length === 0 ? {} : { stop_sequences: taken };
}

function encodeFormat({ format, extras }: ChatRequest, spelling: JsonObject, notes: Notes): JsonObject {
  const isOwn = extras?.dialect === dialect;
  return spelling["format"] === "output_format" ? {} : writeFormat("format", format, isOwn, notes);
}

function encodeOldFormat({ format }: ChatRequest, spelling: JsonObject, notes: Notes): JsonObject {
  return spelling["format"] === "output_format" ? writeFormat("output_format", format, true, notes) : {};
}

function writeFormat(name: string, format: AnswerFormat | undefined, isOwn: boolean, notes: Notes): JsonObject {
  if (format?.kind === "json") notes.add("JSON without a schema");
  if (format?.kind !== "schema") return {};
  if (format.description !== undefined) notes.add("description of the schema");
  const schema = isOwn ? format.schema : narrowSchema(format.schema, notes);
  return { [name]: { ...ownFields(format.extras, dialect, notes), type: "json_schema", schema } };
}

function encodeTier({ serviceTier, extras }: ChatRequest, notes: Notes): JsonObject {
  if (serviceTier === undefined) return {};
  const tier = extras?.dialect === dialect ? serviceTier : encodeTierWish(serviceTier);
  if (tier === undefined) notes.add("service_tier");
  return present({ service_tier: tier });
}

/** What no field of the dialect says. A penalty of 0 is none. */
function noteUnspeakable({ sampling, answers = 1, logprobs }: ChatRequest, notes: Notes): void {
  if (sampling.frequencyPenalty) notes.add("frequency_penalty");
  if (sampling.presencePenalty) notes.add("presence_penalty");
  if (sampling.seed !== undefined) notes.add("seed");
  if (answers !== 1) notes.add("n");
  if (logprobs !== undefined) notes.add("logprobs");
}
