// How sure the model was of each token, both ways: asked for in `include`, answered with each text.

import { present, spellingOf } from "#dialects/fields/extras.ts";
import { isString } from "#dialects/fields/field-reader.ts";
import type { FieldReader } from "#dialects/fields/field-reader.ts";
import type { ChatRequest } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { encryptsThoughts } from "./models.ts";
import { dialect } from "./name.ts";

const logprobsOf = "message.output_text.logprobs";
const encryptedReasoning = "reasoning.encrypted_content";

/** Encrypted thoughts are told to everybody, so that asking for them needs no note. */
const understood: ReadonlySet<unknown> = new Set([logprobsOf, encryptedReasoning]);

export function decodeLogprobs(reader: FieldReader): number | undefined {
  const include = reader.peek("include");
  const list: readonly unknown[] = Array.isArray(include) && include.every(isString) ? include : [];
  if (Array.isArray(include) && list.every((word) => understood.has(word)) && list.length === include.length) {
    reader.spellAsWritten("include");
  }
  const top = reader.number("top_logprobs");
  if (top !== undefined) reader.spell("top_logprobs", top);
  if (list.includes(logprobsOf)) return top ?? 0;
  return top === undefined || top === 0 ? undefined : top;
}

/** What else is to be told: thoughts that can be given back, where nothing is kept. As it was written, if it was. */
export function encodeIncludes({ logprobs, extras }: ChatRequest, model: string): JsonObject {
  const { include: written, top_logprobs: top } = spellingOf(extras, dialect);
  if (extras?.dialect === dialect) return present({ include: written, top_logprobs: top });
  const include = [
    ...(encryptsThoughts(model) ? [encryptedReasoning] : []),
    ...(logprobs === undefined ? [] : [logprobsOf]),
  ];
  return { ...(include.length > 0 && { include }), ...present({ top_logprobs: logprobs }) };
}

/** Of a text in an answer: undefined where none are told. */
export function logprobsIn(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) && value.length > 0 ? value : undefined;
}

/** In the form of this dialect, whatever else the vendor tells of a token. */
export function encodeLogprobs(logprobs: unknown): readonly JsonObject[] {
  const content = isObject(logprobs) ? logprobs["content"] : undefined;
  return (Array.isArray(content) ? content : []).filter(isObject).map(encodeToken);
}

function encodeToken({ token, logprob, bytes, top_logprobs: top }: JsonObject): JsonObject {
  const others = (Array.isArray(top) ? top : []).filter(isObject);
  return { token, logprob, bytes: bytes ?? [], top_logprobs: others.map(encodeAlternative) };
}

function encodeAlternative({ token, logprob, bytes }: JsonObject): JsonObject {
  return { token, logprob, bytes: bytes ?? [] };
}
