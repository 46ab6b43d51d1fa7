// `generationConfig`, both ways. What it holds beyond the meaning is kept among the request's own fields, so that a target
// of another dialect is noted each of them by its name.

import { present } from "#dialects/fields/extras.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { isString } from "#dialects/fields/field-reader.ts";
import type { ChatRequest, Extras } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { decodeFormat, encodeFormat } from "./answer-format.ts";
import { answersByTool } from "./models.ts";
import { dialect } from "./name.ts";
import { ProtoReader, within, writeProto } from "./proto.ts";
import { decodeReasoningWish, encodeReasoningWish } from "./reasoning-wish.ts";

type ConfigFields = Omit<ChatRequest, "model" | "messages" | "tools" | "stream" | "extras" | "toolChoice">;

export function decodeConfig(reader: ProtoReader): ConfigFields {
  const config = reader.inner("generationConfig") ?? new ProtoReader({});
  spellUsual(config);
  return {
    sampling: present({
      temperature: config.number("temperature"),
      topP: config.number("topP"),
      topK: config.number("topK"),
      frequencyPenalty: config.number("frequencyPenalty"),
      presencePenalty: config.number("presencePenalty"),
      seed: config.number("seed"),
    }),
    stopSequences: decodeStop(config),
    ...present({
      maxOutputTokens: decodeCount(config, "maxOutputTokens"),
      answers: decodeCount(config, "candidateCount"),
      format: decodeFormat(config),
      reasoning: decodeReasoningWish(config),
      logprobs: decodeLogprobs(config),
    }),
  };
}

/** Google's JSON takes numbers as text, too. */
function decodeCount(config: ProtoReader, field: string): number | undefined {
  const text = config.peek(field);
  if (typeof text !== "string" || !/^\d+$/.test(text)) return config.number(field);
  config.spellAsWritten(field);
  return Number(text);
}

/** Words alone are what everybody answers. */
function spellUsual(config: ProtoReader): void {
  const modalities = config.peek("responseModalities");
  if (Array.isArray(modalities) && modalities.every((modality) => modality === "TEXT"))
    config.spellAsWritten("responseModalities");
}

function decodeStop(config: ProtoReader): readonly string[] {
  const list = config.take("stopSequences", isStringList) ?? [];
  if (list.length === 0 && Array.isArray(config.peek("stopSequences"))) config.spellAsWritten("stopSequences");
  return list;
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isString);
}

function decodeLogprobs(config: ProtoReader): number | undefined {
  if (config.peek("responseLogprobs") !== true) return undefined;
  config.drop("responseLogprobs");
  return config.take("logprobs", isPositive) ?? 0;
}

/** What tells of no alternatives stays as it was written. */
function isPositive(value: unknown): value is number {
  return typeof value === "number" && value > 0;
}

/** What has no meaning here is told among the request's own fields. */
export function hoistConfig({ extras }: Held): Held {
  const config = extras?.fields["generationConfig"];
  if (extras === undefined || !isObject(config)) return extras === undefined ? {} : { extras };
  const { generationConfig: _config, ...fields } = extras.fields;
  const names = Object.keys(config).filter((name) => name !== "__proto__" && !Object.hasOwn(extras.fields, name));
  const rest = Object.entries(config).filter(([name]) => !names.includes(name));
  const hoisted = Object.fromEntries(names.map((name) => [name, config[name]]));
  const left = rest.length === 0 ? {} : { generationConfig: Object.fromEntries(rest) };
  return { extras: { ...extras, fields: { ...fields, ...left, ...hoisted }, spelling: { ...extras.spelling, names } } };
}

interface Held {
  readonly extras?: Extras;
}

export function lowerConfig(kept: JsonObject, { names }: JsonObject): JsonObject {
  if (!Array.isArray(names)) return kept;
  const isHoisted = ([name]: [string, unknown]): boolean => names.includes(name);
  const fields = Object.entries(kept);
  const config = { ...within(kept, "generationConfig"), ...Object.fromEntries(fields.filter(isHoisted)) };
  return { ...Object.fromEntries(fields.filter((field) => !isHoisted(field))), generationConfig: config };
}

interface ConfigContext {
  readonly model: string;
  /** What was kept of it for a vendor of this dialect. */
  readonly kept: unknown;
  readonly spelling: JsonObject;
  readonly notes: Notes;
}

export function encodeConfig(request: ChatRequest, { model, kept, spelling, notes }: ConfigContext): JsonObject {
  const isOwn = request.extras?.dialect === dialect;
  const { snakes, ...written } = within(spelling, "generationConfig");
  const { sampling, maxOutputTokens, answers, logprobs, reasoning } = request;
  const { stopSequences } = isOwn ? request : fewStops(request, notes);
  const told = {
    ...written,
    ...(isOwn ? {} : encodePossibleFormat(request, model, notes)),
    ...(isOwn ? {} : encodeReasoningWish(reasoning, model, notes)),
    ...present({ ...(isOwn ? sampling : possibleSampling(request, notes)) }),
    ...(stopSequences.length > 0 && { stopSequences }),
    ...present({
      maxOutputTokens: written["maxOutputTokens"] ?? maxOutputTokens,
      candidateCount: written["candidateCount"] ?? answers,
    }),
    ...(logprobs !== undefined && { responseLogprobs: true }),
    ...(logprobs !== undefined && logprobs > 0 && { logprobs }),
  };
  const config = writeProto(told, isObject(kept) ? kept : {}, { snakes });
  const isWritten = Object.keys(config).length > 0 || isObject(spelling["generationConfig"]);
  if (kept !== undefined && !isObject(kept)) return { generationConfig: kept };
  return isWritten ? { generationConfig: config } : {};
}

/** Before its third generation, the vendor refuses JSON next to functions. */
function encodePossibleFormat(request: ChatRequest, model: string, notes: Notes): JsonObject {
  const isPossible = request.format?.kind !== "json" || !answersByTool(model, request);
  if (!isPossible) notes.add("JSON next to functions");
  return isPossible ? encodeFormat(request.format, notes) : {};
}

/** The vendor takes five at most. */
function fewStops({ stopSequences }: ChatRequest, notes: Notes): Pick<ChatRequest, "stopSequences"> {
  if (stopSequences.length > 5) notes.add("stop");
  return { stopSequences: stopSequences.slice(0, 5) };
}

const largestSeed = 2_147_483_647;

/** The vendor's seeds have 32 bits. */
function possibleSampling({ sampling }: ChatRequest, notes: Notes): ChatRequest["sampling"] {
  const { seed, ...others } = sampling;
  if (seed === undefined) return others;
  if (Number.isInteger(seed) && Math.abs(seed) <= largestSeed) return sampling;
  notes.add("seed");
  return others;
}
