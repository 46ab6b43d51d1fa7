// `options` of a request, both ways. Most of them tune the server, and mean nothing elsewhere.

import { present } from "#dialects/fields/extras.ts";
import { isString } from "#dialects/fields/field-reader.ts";
import type { FieldReader } from "#dialects/fields/field-reader.ts";
import type { ChatRequest, Sampling } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

type Meaning = Pick<ChatRequest, "sampling" | "maxOutputTokens" | "stopSequences">;

/** `options` reads the inner object; what is noted of the spelling goes to the reader of the request. */
export function decodeOptions(options: FieldReader, reader: FieldReader): Meaning {
  const maxOutputTokens = decodeOutputLimit(options, reader);
  return {
    sampling: decodeSampling(options),
    stopSequences: decodeStop(options, reader),
    ...present({ maxOutputTokens }),
  };
}

function decodeSampling(options: FieldReader): Sampling {
  return present({
    temperature: options.number("temperature"),
    topP: options.number("top_p"),
    topK: options.number("top_k"),
    frequencyPenalty: options.number("frequency_penalty"),
    presencePenalty: options.number("presence_penalty"),
    seed: options.number("seed"),
  });
}

/** A negative limit is none: -1 for ever, -2 until the context is full. */
function decodeOutputLimit(options: FieldReader, reader: FieldReader): number | undefined {
  const limit = options.number("num_predict");
  if (limit === undefined || limit >= 0) return limit;
  reader.spell("num_predict", limit);
  return undefined;
}

function decodeStop(options: FieldReader, reader: FieldReader): readonly string[] {
  const text = options.string("stop");
  const list = options.take("stop", isStringList);
  if (text !== undefined) reader.spell("stop", "string");
  else if (list?.length === 0) reader.spell("stop", "empty");
  return text === undefined ? (list ?? []) : [text];
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isString);
}

/** `kept` are the options that have no meaning here. */
export function encodeOptions(request: ChatRequest, kept: unknown, spelling: JsonObject): JsonObject {
  if (kept !== undefined && !isObject(kept)) return { options: kept };
  const { temperature, topP, topK, frequencyPenalty, presencePenalty, seed } = request.sampling;
  const told = present({
    temperature,
    top_p: topP,
    top_k: topK,
    frequency_penalty: frequencyPenalty,
    presence_penalty: presencePenalty,
    seed,
    num_predict: request.maxOutputTokens ?? spelling["num_predict"],
    stop: encodeStop(request.stopSequences, spelling["stop"]),
  });
  if (kept === undefined && Object.keys(told).length === 0) return present({ options: spelling["options"] });
  return { options: { ...kept, ...told } };
}

function encodeStop(sequences: readonly string[], spelling: unknown): unknown {
  if (sequences.length === 0) return spelling === "empty" ? [] : undefined;
  return spelling === "string" && sequences.length === 1 ? sequences[0] : sequences;
}
